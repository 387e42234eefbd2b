import { failure } from '../failure.ts';
import type { Account, Outcome } from '../rotator.ts';
import type { ListedKey, User, UserKeys } from './user-keys.ts';

/** A user and all keys that IAM lists for it, oldest first. */
export interface Found {
  readonly user: User;
  readonly keys: readonly ListedKey[];
}

/** `renamed`: whether a user that is called differently now, by its id, is an answer or a failure. */
export async function findUser(
  iam: UserKeys,
  account: Account,
  renamed: 'follow' | 'refuse' = 'refuse',
): Promise<Outcome<Found>> {
  const { identity, handles } = account;
  const name = userName(account);
  const keys = await iam.list(name);
  // A key never moves to another user: where one of its keys is, the user is the one that it was.
  if (keys !== null && identity !== undefined && keys.some(({ id }) => handles?.includes(id) === true))
    return { ok: true, user: { name, id: identity }, keys };
  const there = keys === null ? null : await iam.userNamed(name);
  if (there !== null && keys !== null && (identity === undefined || there.id === identity))
    return { ok: true, user: there, keys };
  const known = identity === undefined ? null : await iam.userWithId(identity);
  if (known !== null) {
    if (renamed === 'follow') return { ok: true, user: known, keys: (await iam.list(known.name)) ?? [] };
    return failure(
      'account-renamed',
      `user ${name} is called ${known.name} now; its keys live on under that name`,
    );
  }
  if (there === null) return failure('account-missing', `there is no user ${name}`);
  return failure('refused', `user ${name} was deleted and made anew (id ${there.id}, was ${identity})`);
}

/** Those that Rekey knows of; all of them where it knows of none yet. */
export function ownKeys({ handles }: Account, keys: readonly ListedKey[]): ListedKey[] {
  return keys.filter(({ id }) => handles === undefined || handles.includes(id));
}

export function userName({ account }: Account): string {
  return account['user'] ?? '';
}
