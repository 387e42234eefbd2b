import type { ListedKey, User, UserKeys } from './user-keys.ts';

/** IAM tells the time of a key in whole seconds, and its clock may be a second off ours. */
const CLOCKS_APART_MS = 2_000;

/**
 * Keys that a try of ours may have made whose answer was lost: nobody knows of them, they were made since it began, and nobody
 * has ever used one. Whoever used it had its answer, so that it is none of ours.
 */
export async function leftBehind(
  iam: UserKeys,
  keys: readonly ListedKey[],
  known: ReadonlySet<string>,
  begunAtMs: number,
): Promise<ListedKey[]> {
  const left: ListedKey[] = [];
  for (const key of keys) {
    if (known.has(key.id) || key.createdAtMs < begunAtMs - CLOCKS_APART_MS) continue;
    if ((await iam.lastUse(key.id)) === null) left.push(key);
  }
  return left;
}

/** Off, then gone. One that somebody began to use in between is switched on again: answers false. */
export async function takeAway(iam: UserKeys, user: User, key: ListedKey): Promise<boolean> {
  if (key.active) await iam.turn(user.name, key.id, 'Inactive');
  if ((await iam.lastUse(key.id)) !== null) {
    if (key.active) await iam.turn(user.name, key.id, 'Active');
    return false;
  }
  await iam.remove(user.name, key.id);
  return true;
}
