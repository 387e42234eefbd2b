import type { ConfirmPolicy } from '../confirmation.ts';
import type { Share } from './share.ts';
import type { RotationWindow } from './window.ts';

/** When and how a class rotates by itself. Emergencies follow none of it. */
export interface RotationPolicy {
  /** Each secret has its turn this often, at its own place in the interval. At most the class's maximum age. */
  readonly everyMs: number;
  /** Rotations are begun inside one of them; what has begun goes on after it closes. None: always open. */
  readonly windows: readonly RotationWindow[];
  /**
   * How many secrets may be in flight when one more of the class is to begin: of the class, and of all classes at its target
   * and of its tenant. Absent: no such bound.
   */
  readonly inFlight: { readonly class?: Share; readonly target?: Share; readonly tenant?: Share };
  /** The previous credential stays valid this long after the new one was promoted. */
  readonly graceMs: number;
  readonly confirm: ConfirmPolicy;
  /** Tries after the first that failed; then a person is waited for. */
  readonly retries: number;
  /** Percent of the class's recent tries: as many failed ones stop it. Absent: nothing does. */
  readonly stopAtErrorRate?: number;
}
