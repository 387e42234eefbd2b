import type { RekeyFunction } from '../shared/driver/define-function.ts';
import type { Services } from '../shared/driver/services.ts';

/** The control plane as a command sees it: on this machine, or deployed. The same functions, the same answers, the same errors. */
export interface Face {
  /** Throws the function's own `RekeyError`. */
  call<Input, Output>(verb: RekeyFunction<keyof Services, Input, Output>, input: Input): Promise<Output>;
  /** While a person reads, whatever would have to start first starts. */
  getReady(): void;
  /** Whoever watches keeps the engine alive. Throws where the engine itself cannot go on. */
  keepAlive(incident: string): void;
  /** How often it makes sense to look. */
  readonly lookEveryMs: number;
}
