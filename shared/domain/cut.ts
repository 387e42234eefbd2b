import type { SecretRef } from './secret-ref.ts';

/** One target's cut, written before the target is touched: what was off before stays off, and a dead worker's session is ended by name. */
export interface CutRecord {
  readonly v: 1;
  readonly incident: string;
  readonly target: string;
  readonly holder: string;
  readonly state: 'started' | 'observed';
  /** Off before Rekey came. */
  readonly wasOff: readonly SecretRef[];
  /** Were on, and are to be on again after a `restore`. */
  readonly cut: readonly SecretRef[];
  readonly atMs: number;
}
