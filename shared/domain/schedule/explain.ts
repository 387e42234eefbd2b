import type { Stage } from '../secret.ts';
import type { SecretRef } from '../secret-ref.ts';
import { dueAsAsked } from './asked.ts';
import { decideRotations } from './decide-rotations.ts';
import { type Due, nextDue } from './due.ts';
import type { HeldBack } from './held-back.ts';
import { holdOfParked } from './hold-of-secret.ts';
import { isInFlight } from './in-flight.ts';
import { type Never, neverBegun, type World } from './survey.ts';

/** Why a secret rotates now, or why not. */
export type Explanation =
  | { readonly standing: 'never'; readonly why: Never }
  | { readonly standing: 'in-flight'; readonly operation: string; readonly stage: Stage }
  | ({ readonly standing: 'waiting' } & Due)
  /** The next look begins it. */
  | ({ readonly standing: 'begins' } & Due)
  | ({ readonly standing: 'held-back'; readonly why: HeldBack } & Due);

/** What `decideRotations` says of one secret, also of those that it does not name. Null: it is not enrolled. */
export function explain(ref: SecretRef, world: World): Explanation | null {
  const secret = world.secrets.find((secret) => secret.ref === ref);
  if (secret === undefined) return null;
  const record = world.classes.find(({ name }) => name === secret.className);
  const why = neverBegun(secret, record);
  const rotation = record?.policy.rotation;
  if (why !== null || rotation === undefined || record === undefined) {
    return { standing: 'never', why: why ?? 'no-rotation-policy' };
  }
  if (secret.rotation !== undefined && isInFlight(secret)) {
    const { operation, stage } = secret.rotation;
    return { standing: 'in-flight', operation, stage };
  }
  const due = dueAsAsked(
    nextDue(secret, { ...record.policy, rotation }),
    secret,
    world.asked?.find((one) => one.ref === ref),
  );
  const parked = holdOfParked(secret);
  if (parked !== null) return { standing: 'held-back', why: parked, ...due };
  const { begin, held } = decideRotations(world);
  if (begin.includes(ref)) return { standing: 'begins', ...due };
  const holds = held.find((one) => one.ref === ref);
  return holds === undefined
    ? { standing: 'waiting', ...due }
    : { standing: 'held-back', why: holds.why, ...due };
}
