import { type Failure, failure } from '../failure.ts';
import type { Account, Outcome } from '../rotator.ts';
import { isAccepted } from './login-meaning.ts';
import type { Row } from './row.ts';
import { type Server, userName } from './server.ts';
import { endSessionsBefore, markNow } from './sessions.ts';
import { at, literal } from './statements.ts';
import { type MysqlSession, withRows } from './target-session.ts';

const listed = (rows: readonly Row[], clause: string): string =>
  `ALTER USER ${rows.map((row) => `${at(row)} ${clause}`).join(', ')}`;

const discardOld = (rows: readonly Row[]): string => listed(rows, 'DISCARD OLD PASSWORD');

/**
 * The verbs where a user holds two passwords (MySQL from 8.0.14): the one before works on until `revoke`. Which of the two is
 * the first is not to be seen.
 */
export function createBesideSession(server: Server, users: MysqlSession): MysqlSession {
  const { ask, flavour } = server;

  return {
    ...users,

    // Switched on with the old one still there, it would be open again to whoever it was cut off from: then it goes at once.
    install: (items) =>
      server.guarded(async () => {
        const beside = items.filter(({ turnOn }) => !turnOn);
        const seen = await server.logInAll(beside, (item) => server.login(item, item.value));
        // Told twice, the server would keep the new one as the one before, and the one before not at all.
        const there = new Set(beside.filter((_item, index) => isAccepted(seen[index])));
        return users.install(items, (some) =>
          some
            .filter(({ item }) => !there.has(item))
            .flatMap(({ item, rows }) =>
              item.turnOn
                ? [...flavour.setPasswords([{ rows, value: item.value }]), discardOld(rows)]
                : [listed(rows, `IDENTIFIED BY ${literal(item.value)} RETAIN CURRENT PASSWORD`)],
            ),
        );
      }),

    revoke: (items) =>
      server.guarded(async () => {
        const known = await server.look(items);
        const failures = new Map<string, Failure>();
        const two = withRows(items, known, ({ second }) => second);
        // After an undo the issued one is the second: it becomes the first, and then there is no other.
        await server.change(
          two,
          (some) =>
            some.flatMap(({ rows, value }) => [...flavour.setPasswords([{ rows, value }]), discardOld(rows)]),
          failures,
        );
        // A server that lets no password be used again does not let it be made the first, which it mostly is.
        for (const item of two.filter(({ ref }) => failures.has(ref))) await discardAlone(item, failures);
        const mark = await markNow(ask);
        // Which password opened a session the server does not say.
        const { gone } = await endSessionsBefore(
          ask,
          items.filter((item) => item.mark !== '').map((item) => ({ user: userName(item), mark })),
        );
        return items.map(({ ref }): Outcome => {
          const outcome = failures.get(ref) ?? known.get(ref) ?? failure('busy', 'not looked at');
          if (!outcome.ok) return outcome.reason === 'account-missing' ? { ok: true } : outcome;
          return gone ? { ok: true } : failure('busy', 'sessions from before would not end');
        });
      }),
  };

  async function discardAlone(
    item: Account & { readonly value: string; readonly rows: readonly Row[] },
    failures: Map<string, Failure>,
  ): Promise<void> {
    const again = new Map<string, Failure>();
    await server.change([item], ([one]) => (one === undefined ? [] : [discardOld(one.rows)]), again);
    const [answer] = await server.logInAll([item], () => server.login(item, item.value));
    if (!again.has(item.ref) && isAccepted(answer)) failures.delete(item.ref);
  }
}
