import { failure } from '../failure.ts';
import type { OldCredential, Outcome } from '../rotator.ts';
import { type AccessKey, readAccessKey } from './access-key.ts';
import type { Desk } from './desk.ts';
import type { Found } from './find-user.ts';
import { saysNothing } from './key-probe.ts';
import { leftBehind } from './left-behind.ts';
import type { LastUse, ListedKey } from './user-keys.ts';

const SESSIONS =
  'sessions that it had made live on until they end: docs/kinds/aws-iam-access-key.md says how to deny those from before now';

/** That the route refuses nobody else at this moment, and who was let in by it. */
export type Control = () => Promise<Outcome<{ readonly by: string }>>;

/** Where an old key is looked for. `known`: keys that are somebody's: the issued one and those of other versions. */
export interface Place {
  readonly found: Found;
  readonly known: ReadonlySet<string>;
  readonly control: Control;
}

/** By what IAM was told of it, or by the value itself. */
export function keyIdOf(old: OldCredential): string | undefined {
  return old.handle ?? heldKey(old)?.id;
}

/**
 * One old key, which was switched off: seen refused, then deleted, and its last use told. Deleted last: until it was seen
 * refused a person can still switch it on again. Safe to do again: what is deleted is refused too.
 */
export async function proveDead(
  desk: Desk,
  { found, known, control }: Place,
  old: OldCredential,
): Promise<Outcome<{ evidence: string }>> {
  const id = keyIdOf(old);
  if (id === undefined) return proveNameless(desk, found, known, old);
  const listed = found.keys.find((key) => key.id === id);
  const held = heldKey(old);
  if (held !== null) {
    const refused = await seeRefused(desk, held, listed, found.user.id);
    if (!refused.ok) return refused;
  }
  // Refused, it may be young or just switched on again, and not known everywhere yet.
  if (listed?.active === true) return failure('old-accepted', `IAM says that ${id} is on`);
  const route = await control();
  if (!route.ok) return route;
  const seen =
    held === null
      ? 'nobody holds its value; off by IAM’s word'
      : `refused (InvalidClientTokenId), ${route.by} accepted`;
  if (listed === undefined)
    return { ok: true, evidence: `${id}: ${seen}; IAM lists it no more; ${SESSIONS}` };
  const use = await desk.iam.lastUse(id);
  await desk.iam.remove(found.user.name, id);
  return { ok: true, evidence: `${id}: ${seen}; ${lastUsed(use)}; deleted; ${SESSIONS}` };
}

/** Whose user is gone: its keys went with it. */
export async function proveGone(
  desk: Desk,
  gone: string,
  old: OldCredential,
  control: Control,
): Promise<Outcome<{ evidence: string }>> {
  const held = heldKey(old);
  if (held === null) return { ok: true, evidence: `the account is gone: ${gone}` };
  const refused = await seeRefused(desk, held, undefined, null);
  if (!refused.ok) return refused;
  const route = await control();
  if (!route.ok) return route;
  return {
    ok: true,
    evidence: `refused (InvalidClientTokenId), ${route.by} accepted; the account is gone: ${gone}; ${SESSIONS}`,
  };
}

async function seeRefused(
  desk: Desk,
  key: AccessKey,
  listed: ListedKey | undefined,
  userId: string | null,
): Promise<Outcome> {
  const answer = await desk.tryKey(key);
  switch (answer.saw) {
    case 'refused':
      return { ok: true };
    case 'accepted':
      if (listed?.active === true)
        return failure('old-accepted', `STS lets ${key.id} in, and IAM says that it is on`);
      if (userId !== null && answer.userId !== '' && answer.userId !== userId)
        return failure('old-accepted', `${key.id} lets in ${answer.arn}, which is another user`);
      return failure(
        'busy',
        `IAM says that ${key.id} is ${listed === undefined ? 'gone' : 'off'}, and STS lets it in still`,
      );
    case 'secret-refused':
    case 'nothing':
    case 'unreachable':
      return saysNothing(answer);
  }
}

/**
 * A try without an answer: nobody knows whether a key was made, nor its name. There was none, or it is gone, where each key of
 * the user is somebody's.
 */
async function proveNameless(
  { iam }: Desk,
  { user, keys }: Found,
  known: ReadonlySet<string>,
  old: OldCredential,
): Promise<Outcome<{ evidence: string }>> {
  const strange = keys.filter(({ id }) => !known.has(id)).map(({ id }) => id);
  if (strange.length === 0)
    return { ok: true, evidence: `IAM lists no key of ${user.name} that a lost answer could have left` };
  const [left] = await leftBehind(iam, keys, known, old.begunAtMs ?? Number.POSITIVE_INFINITY);
  if (left !== undefined) return failure('old-accepted', `${left.id} was left by a try without an answer`);
  return failure(
    'value-unknown',
    `nobody holds the value, and it could be ${strange.join(', ')} of ${user.name}, which Rekey did not make`,
  );
}

function heldKey({ value }: OldCredential): AccessKey | null {
  return value === null ? null : readAccessKey(value);
}

function lastUsed(use: LastUse | null): string {
  return use === null
    ? 'never used, as far as IAM knows'
    : `last used ${use.at} (${use.service}, ${use.region})`;
}
