import type { User as InTurn, UserLook, UserSession } from '../alternating/user-session.ts';
import { type Failure, failure } from '../failure.ts';
import type { Account, Outcome, Urgency } from '../rotator.ts';
import type { LoginAnswer } from './login-probe.ts';
import { identityOf, isNoted, isOff, type Row, type User } from './row.ts';
import { type Server, userName } from './server.ts';
import { endSessionsBefore, markNow } from './sessions.ts';
import { type At, at, forget, grantRole, lock, revokeRole } from './statements.ts';
import type { MysqlSession } from './target-session.ts';

type Installing = Parameters<UserSession['install']>[0][number];
type Looks = ReadonlyMap<string, Outcome<{ user: User }>>;

/** Users that take turns: both have the owner, a role, by default, and nothing that is not the owner's. */
export function createUsersInTurn(server: Server, users: MysqlSession): UserSession {
  const { ask, flavour } = server;

  return {
    look: (accounts) =>
      server.guarded(async () =>
        [...(await server.look(accounts)).values()].map((outcome): Outcome<UserLook> => {
          if (!outcome.ok) return outcome;
          const { user } = outcome;
          return { ok: true, identity: identityOf(user), off: isOff(user), cut: isNoted(user) };
        }),
      ),

    cut: (accounts, sample) => users.cut(accounts, sample),
    restore: (accounts) => users.restore(accounts),

    install: (items) =>
      server.guarded(async () => {
        const failures = new Map<string, Failure>();
        const had = await server.look(items);
        await bringInStep(items, failures);
        const going = items.filter(({ ref }) => !failures.has(ref));
        const outcomes = await users.install(going);
        const byRef = new Map(going.map(({ ref }, index) => [ref, outcomes[index]]));
        const mark = await markNow(ask);
        const { gone } = await endSessionsBefore(
          ask,
          going
            .filter(({ ref }) => had.get(ref)?.ok === true && byRef.get(ref)?.ok === true)
            .map((item) => ({ user: userName(item), mark })),
        );
        return items.map(({ ref }) => {
          const outcome = failures.get(ref) ?? byRef.get(ref) ?? failure('busy', 'no answer');
          return outcome.ok && !gone ? failure('busy', 'sessions from before would not end') : outcome;
        });
      }),

    endSessions: (items) => users.endSessions(items),

    verify: (items) =>
      server.guarded(async () => {
        const answers = await server.logInAll(items, (item) => server.login(item, item.value));
        const judged = await users.judge(items, answers);
        return items.map((item, index) => {
          const outcome = judged[index] ?? failure('busy', 'not tried');
          const answer = answers[index];
          if (!outcome.ok || item.urgent === true || answer === undefined) return outcome;
          return asItShould(item, answer);
        });
      }),

    sessionsOf: (accounts) =>
      server.guarded(async () => {
        const names = accounts.map(userName);
        const rows = await ask<{ name: string; count: number }>(
          'SELECT USER AS name, COUNT(*) AS count FROM information_schema.PROCESSLIST WHERE USER IN (?) AND ID <> CONNECTION_ID() GROUP BY USER',
          [names],
        );
        const counts = new Map(rows.map(({ name, count }) => [name, count]));
        return names.map((name) => counts.get(name) ?? 0);
      }),

    takeAway: (accounts) =>
      server.guarded(async () => {
        const known = await server.look(accounts);
        const failures = new Map<string, Failure>();
        const there = accounts.flatMap((account) => {
          const outcome = known.get(account.ref);
          return outcome?.ok === true ? [{ ...account, rows: outcome.user.rows }] : [];
        });
        await server.change(
          there,
          (some) => {
            const rows = some.flatMap((user) => user.rows);
            return [lock(rows), ...flavour.takePasswords(rows)];
          },
          failures,
        );
        const noted = there.flatMap((user) => {
          const rows = user.rows.filter(({ cut }) => cut);
          return rows.length === 0 || failures.has(user.ref) ? [] : [{ ...user, rows }];
        });
        await server.change(noted, (some) => [forget(some.flatMap(({ rows }) => rows))], failures);
        const mark = await markNow(ask);
        const { gone } = await endSessionsBefore(
          ask,
          there.map((user) => ({ user: userName(user), mark })),
        );
        return accounts.map(({ ref }) => {
          const outcome = failures.get(ref) ?? known.get(ref) ?? failure('busy', 'no answer');
          if (!outcome.ok) return outcome;
          return gone ? { ok: true } : failure('busy', 'sessions from before would not end');
        });
      }),

    prove: (items) => users.prove(items),
  };

  /** Where it cannot be done, a rotation that has time does not go on: consumers would meet another user than before. */
  async function bringInStep(items: readonly Installing[], failures: Map<string, Failure>): Promise<void> {
    const others = items.flatMap(({ other }) => other ?? []);
    const look = () => server.look([...items, ...others]);
    const before = await look();
    const ownGrants = await flavour.withOwnGrants(
      ask,
      items.some(({ urgent }) => urgent !== true) ? others.map(userName) : [],
    );
    const steps = new Map(items.map((item) => [item.ref, stepsOf(item, before)]));
    const own = new Map<string, Failure>();
    // Each by itself: what one of them makes is not undone where the next is refused.
    for (const item of items)
      for (const step of steps.get(item.ref) ?? []) {
        if (!own.has(item.ref)) await server.change([item], () => [step], own);
      }
    const after = items.some(({ ref }) => (steps.get(ref) ?? []).length > 0) ? await look() : before;
    for (const item of items) {
      const failed = notInStep(item, after, ownGrants, own.get(item.ref));
      if (failed !== undefined && (item.urgent !== true || !isThere(item, after)))
        failures.set(item.ref, failed);
    }
  }

  function stepsOf(item: Installing, looks: Looks): string[] {
    const own = rowsOf(item, looks);
    const others = item.other === null ? [] : rowsOf(item.other, looks);
    const missing = others.filter(({ host }) => !own.some((row) => row.host === host));
    const made: Row[] = missing.map((row) => ({
      ...row,
      user: userName(item),
      roles: [],
      defaultRole: undefined,
    }));
    return [
      ...made.map((row) => flavour.create(row, row.terms)),
      ...[...own, ...made].flatMap((row) =>
        rowSteps(
          row,
          item.owner,
          others.find(({ host }) => host === row.host),
        ),
      ),
    ];
  }

  function rowSteps(row: Row, owner: string, like: Row | undefined): string[] {
    const gained = (like?.roles ?? []).filter((role) => role !== owner && !row.roles.includes(role));
    const lost =
      like === undefined ? [] : row.roles.filter((role) => role !== owner && !like.roles.includes(role));
    return [
      ...(row.roles.includes(owner) ? [] : [grantRole(owner, row)]),
      ...(row.defaultRole === owner ? [] : [flavour.defaultRole(owner, row)]),
      ...gained.map((role) => grantRole(role, row)),
      ...lost.map((role) => revokeRole(role, row)),
      ...(like === undefined || sameTerms(row, like) ? [] : [alterTerms(row, like)]),
    ];
  }

  function notInStep(
    item: Installing,
    after: Looks,
    ownGrants: ReadonlySet<string>,
    failed: Failure | undefined,
  ): Failure | undefined {
    if (item.other !== null && ownGrants.has(userName(item.other))) {
      return failure(
        'refused',
        `${userName(item.other)} has grants of its own, which ${userName(item)} would not have: give them to the role ${item.owner}`,
      );
    }
    if (failed !== undefined) {
      return failure(
        failed.reason === 'account-missing' ? 'refused' : failed.reason,
        `${userName(item)} could not be brought in step with the other: ${failed.message}`,
      );
    }
    return stepsOf(item, after).length === 0
      ? undefined
      : failure('refused', `${userName(item)} is not in step with the other, whatever the server was told`);
  }
}

function rowsOf(account: Account, looks: Looks): readonly Row[] {
  const outcome = looks.get(account.ref);
  return outcome?.ok === true ? outcome.user.rows : [];
}

function isThere(account: Account, looks: Looks): boolean {
  return rowsOf(account, looks).length > 0;
}

function sameTerms(row: Row, like: Row): boolean {
  return row.terms.needs === like.terms.needs && row.terms.expiry === like.terms.expiry;
}

const alterTerms = (row: At, { terms }: Row): string =>
  `ALTER USER ${at(row)} ${terms.needs} ${terms.expiry}`;

function asItShould({ owner, ...item }: InTurn & Urgency, answer: LoginAnswer): Outcome {
  if (answer.saw === 'accepted' && (answer.number === 1044 || answer.number === 1049))
    return failure('refused', `${userName(item)} logs in and may not go on (${answer.number})`);
  if (answer.saw !== 'ready' || roleName(answer.role) === owner) return { ok: true };
  return failure('refused', `${userName(item)} has not the role ${owner} when it logs in`);
}

/** MySQL says `role`@`%`, MariaDB the name. */
function roleName(role: string | null): string | null {
  return role === null ? null : (/^`((?:[^`]|``)*)`/.exec(role)?.[1] ?? role);
}
