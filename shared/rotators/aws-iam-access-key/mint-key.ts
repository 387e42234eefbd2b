import { isUnanswered } from '../../adapters/aws/vendor-error.ts';
import { failure } from '../failure.ts';
import type { Account, Minted, Minting, OldCredential, Outcome } from '../rotator.ts';
import { printAccessKey } from './access-key.ts';
import type { Desk } from './desk.ts';
import { type Found, findUser } from './find-user.ts';
import { isFull, whyUnanswered } from './iam-answer.ts';
import { seeRoute } from './key-probe.ts';
import { leftBehind, takeAway } from './left-behind.ts';
import { keyIdOf, proveDead } from './prove-dead.ts';
import type { ListedKey } from './user-keys.ts';

/** IAM's quota of access keys for one user, which nobody can raise. */
const MOST_KEYS = 2;

/** One user's new key, once there is room for it. */
export async function mintKey(desk: Desk, item: Minting): Promise<Outcome<Minted>> {
  const found = await findUser(desk.iam, item);
  if (!found.ok) return found;
  const room = await makeRoom(desk, found, item);
  if (!room.ok) return room;
  const { user } = found;
  const current = room.keys.filter(({ id }) => isCurrent(item, id));
  const isOff = current.length > 0 && current.every(({ active }) => !active);
  const off = item.keepOff || (isOff && !item.turnOn);
  let made: Awaited<ReturnType<typeof desk.iam.create>>;
  try {
    made = await desk.iam.create(user.name);
  } catch (error) {
    if (isFull(error)) return failure('busy', `somebody made a key of ${user.name} at this moment`);
    if (!isUnanswered(error)) throw error;
    return failure('outcome-unknown', `no answer (${whyUnanswered(error)}): a key may have been made`);
  }
  // What goes wrong here leaves a key of which nobody heard: the next try takes it away.
  if (off) await desk.iam.turn(user.name, made.key.id, 'Inactive');
  return {
    ok: true,
    value: printAccessKey(made.key),
    handle: made.key.id,
    identity: user.id,
    mark: made.createdAt.toISOString(),
    off,
  };
}

/** The keys that stay: at most one. */
async function makeRoom(
  desk: Desk,
  found: Found,
  item: Minting,
): Promise<Outcome<{ readonly keys: readonly ListedKey[] }>> {
  const known = knownKeys(item, item.superseded);
  const gone = new Set<string>();
  for (const key of await leftBehind(desk.iam, found.keys, known, unansweredSince(item)))
    if (await takeAway(desk.iam, found.user, key)) gone.add(key.id);
  const staying = () => found.keys.filter(({ id }) => !gone.has(id));
  if (staying().length < MOST_KEYS) return { ok: true, keys: staying() };
  const key = staying().find(({ id }) => item.superseded.some((old) => keyIdOf(old) === id));
  const old = item.superseded.find((candidate) => keyIdOf(candidate) === key?.id);
  if (key === undefined || old === undefined) return failure('refused', await noRoom(desk, found, known));
  if (key.active) await desk.iam.turn(found.user.name, key.id, 'Inactive');
  const off = { ...found, keys: found.keys.map((one) => (one === key ? { ...key, active: false } : one)) };
  const dead = await proveDead(desk, { found: off, known, control: () => seeRoute(desk) }, old);
  if (!dead.ok) return dead;
  gone.add(key.id);
  return { ok: true, keys: staying() };
}

/** Since when IAM may have made a key of which nobody heard: this version's earlier try's, or one's of a version before it. */
function unansweredSince({ again, begunAtMs, superseded }: Minting): number {
  const unheard = superseded.filter((old) => keyIdOf(old) === undefined);
  return Math.min(...(again ? [begunAtMs] : []), ...unheard.flatMap((old) => old.begunAtMs ?? []));
}

/** Keys that are some version's. */
export function knownKeys({ handles = [] }: Account, old: readonly OldCredential[]): Set<string> {
  return new Set([...handles, ...old.flatMap((one) => keyIdOf(one) ?? [])]);
}

/** What readers may have. All of them where Rekey knows of none yet. */
function isCurrent(item: Minting, id: string): boolean {
  if (item.superseded.some((old) => keyIdOf(old) === id)) return false;
  return item.handles === undefined || item.handles.includes(id);
}

async function noRoom({ iam }: Desk, { user, keys }: Found, known: ReadonlySet<string>): Promise<string> {
  const full = `user ${user.name} has two keys, as many as IAM lets it have`;
  const strange = keys.filter(({ id }) => !known.has(id));
  const [key] = strange;
  if (key === undefined)
    return `${full}, and readers may have either: ${keys.map(({ id }) => id).join(', ')}`;
  const use = await iam.lastUse(key.id);
  const made = `made ${new Date(key.createdAtMs).toISOString()}`;
  const used = use === null ? 'never used' : `last used ${use.at} (${use.service}, ${use.region})`;
  const by = strange.length === 1 ? `${key.id}, ${made} and ${used}, is not Rekey’s` : 'neither is Rekey’s';
  return `${full}, and ${by}: when nobody needs it any more: aws iam delete-access-key --user-name ${user.name} --access-key-id ${key.id}`;
}
