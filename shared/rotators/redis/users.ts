import type { Outcome } from '../rotator.ts';
import { type AdminConnection, ALL_USERS_MS } from './admin-connection.ts';
import { refused } from './refusal.ts';
import { listOf, Refusal, textOf } from './resp.ts';
import { type User, userListed, userOf } from './user.ts';

/**
 * From this many on all of the server's users are listed. `ACL GETUSER` works a user's description out anew each time, for
 * 0.05 to 0.15 ms of the server's only thread; `ACL LIST` and `ACL SAVE` keep it until the user is changed (redis 7.0, acl.c).
 */
const LIST_FROM = 500;

/** What the server says of these users; who is not there is not in it. */
export async function lookAt(
  admin: AdminConnection,
  names: readonly string[],
): Promise<ReadonlyMap<string, Outcome<{ user: User }>>> {
  if (names.length >= LIST_FROM) {
    const users = await listUsers(admin);
    if (!(users instanceof Refusal)) return new Map(users.map((user) => [user.name, { ok: true, user }]));
    return new Map(names.map((name) => [name, refused(users, 'ACL LIST')]));
  }
  const replies = await admin.ask(names.map((name) => ['ACL', 'GETUSER', name]));
  return new Map(
    names.flatMap((name, index): [string, Outcome<{ user: User }>][] => {
      const reply = replies[index] ?? null;
      if (reply instanceof Refusal) return [[name, refused(reply, 'ACL GETUSER')]];
      return reply === null ? [] : [[name, { ok: true, user: userOf(name, listOf(reply)) }]];
    }),
  );
}

export async function listUsers(admin: AdminConnection): Promise<readonly User[] | Refusal> {
  const [reply] = await admin.ask([['ACL', 'LIST']], ALL_USERS_MS);
  return reply instanceof Refusal ? reply : listOf(reply).map((line) => userListed(textOf(line)));
}
