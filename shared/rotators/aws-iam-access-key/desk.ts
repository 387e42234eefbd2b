import type { Clock } from '../../ports/clock.ts';
import type { AccessKey } from './access-key.ts';
import type { KeyAnswer } from './key-answer.ts';
import type { UserKeys } from './user-keys.ts';

/** What the verbs work with: IAM as the admin, and STS as anybody. */
export interface Desk {
  readonly iam: UserKeys;
  readonly clock: Clock;
  /** Every call ends by then. */
  readonly signal: AbortSignal;
  tryKey(key: AccessKey): Promise<KeyAnswer>;
  /** By the same route: whether it is there at all. */
  tryAdmin(): Promise<KeyAnswer>;
}
