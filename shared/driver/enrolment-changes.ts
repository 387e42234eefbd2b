import { canonicalJson, sha256Hex } from '../domain/canonical.ts';
import { type Change, differenceOf, refuseUntimely } from '../domain/config/difference.ts';
import type { Wanted } from '../domain/config/records.ts';
import type { Needs } from './services.ts';

/** What applying a file would change now. */
export interface EnrolmentChanges {
  readonly changes: readonly Change[];
  /** No longer in the file, and kept until someone says to remove them. */
  readonly kept: readonly Change[];
  /** Of all of it: what a person looked at is what is applied. */
  readonly hash: string;
  /** What they are held against. */
  readonly enrolled: Wanted;
}

/** Throws `Conflict` `apply-untimely` where something of it must not change now. Changes nothing. */
export async function enrolmentChanges(
  services: Needs<'registry'>,
  wanted: Wanted,
  remove: boolean,
): Promise<EnrolmentChanges> {
  const enrolled = await services.registry.enrolment();
  const difference = differenceOf(enrolled, wanted);
  const kept = difference.filter((change) => change.kind === 'remove' && !remove);
  const changes = difference.filter((change) => !kept.includes(change));
  const open = (await services.registry.incidents()).filter(
    ({ state }) => state === 'open' || state === 'awaiting-reopen',
  );
  refuseUntimely(
    changes,
    enrolled,
    open.map(({ id }) => id),
  );
  return { changes, kept, hash: sha256Hex(canonicalJson({ changes, kept })), enrolled };
}
