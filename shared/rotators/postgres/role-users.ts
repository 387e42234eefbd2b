import type { User, UserLook, UserSession } from '../alternating/user-session.ts';
import { type Failure, failure } from '../failure.ts';
import type { Account, Outcome, Urgency } from '../rotator.ts';
import type { LoginAnswer } from './login-probe.ts';
import { quoted, roleName, type Server } from './server.ts';
import { endSessionsBefore } from './sessions.ts';
import { actsAs, forgetCut, inStep, isCutNoted, noteCut, type Standing, standingOf } from './standing.ts';
import { calledNow, type RoleSession } from './target-session.ts';

type Installing = Parameters<UserSession['install']>[0][number];

/** Roles that take turns: each a member of the owner and set to act as it, so that neither has anything of its own. */
export function createRoleUsers(server: Server, roles: RoleSession): UserSession {
  const standing = (names: readonly string[]) => standingOf(server.client(), names);

  /** The accounts that are there, under the names they have now, and what was found of the others. */
  async function following<A extends Account>(users: readonly A[]) {
    const known = await server.look(users, 'follow');
    return { known, there: calledNow(users, known) as A[] };
  }

  return {
    look: (users) =>
      server.guarded(async () => {
        const { known, there } = await following(users);
        const standings = await standing(there.map(roleName));
        return users.map(({ ref }): Outcome<UserLook> => {
          const outcome = known.get(ref) ?? failure('busy', 'no answer');
          if (!outcome.ok) return outcome;
          const { name, oid, off } = outcome.role;
          const own = standings.get(name);
          return { ok: true, identity: oid, off, cut: own !== undefined && isCutNoted(own) };
        });
      }),

    cut: (users, sample) =>
      roles.cut(users, sample, (user) => `ALTER ROLE ${quoted(user)} NOLOGIN; ${noteCut(user)}`),

    restore: (users) =>
      roles.restore(users, (user) => `ALTER ROLE ${quoted(user)} LOGIN; ${forgetCut(user)}`),

    install: (items) =>
      server.guarded(async () => {
        const failures = new Map<string, Failure>();
        const known = await server.look(items);
        const missing = items.filter(({ ref }) => known.get(ref)?.ok !== true);
        await server.inOneTransaction(missing, (item) => `CREATE ROLE ${quoted(item)} NOLOGIN`, failures);
        await bringInStep(
          items.filter(({ ref }) => !failures.has(ref)),
          failures,
        );
        const going = items.filter(({ ref }) => !failures.has(ref));
        const outcomes = await roles.install(going, (item) => [forgetCut(item)]);
        const mark = await server.now();
        const { gone } = await endSessionsBefore(
          server.client(),
          going.flatMap((item, index) =>
            outcomes[index]?.ok === true ? [{ role: roleName(item), mark }] : [],
          ),
          'ignore',
        );
        const byRef = new Map(going.map(({ ref }, index) => [ref, outcomes[index]]));
        return items.map(({ ref }) => {
          const outcome = failures.get(ref) ?? byRef.get(ref) ?? failure('busy', 'no answer');
          return outcome.ok && !gone ? failure('busy', 'sessions from before would not end') : outcome;
        });
      }),

    endSessions: (items) => roles.endSessions(items),

    verify: (items) =>
      server.guarded(async () => {
        const answers = await server.logInAll(items, (item) =>
          server.login(item, item.value, server.keysFor(item.ref, item.value), 'SELECT current_user'),
        );
        const judged = await roles.judge(items, answers);
        return items.map((item, index) => {
          const outcome = judged[index] ?? failure('busy', 'not tried');
          const answer = answers[index];
          if (!outcome.ok || item.urgent === true || answer === undefined) return outcome;
          return asItShould(item, answer);
        });
      }),

    sessionsOf: (users) =>
      server.guarded(async () => {
        const names = users.map(roleName);
        const { rows } = await server.client().query<{ name: string; count: number }>(
          `SELECT usename AS name, count(*)::int AS count FROM pg_stat_activity
           WHERE usename = ANY ($1) AND coalesce(application_name, '') NOT LIKE 'rekey%' GROUP BY usename`,
          [names],
        );
        const counts = new Map(rows.map(({ name, count }) => [name, count]));
        return names.map((name) => counts.get(name) ?? 0);
      }),

    takeAway: (users) =>
      server.guarded(async () => {
        const { known, there } = await following(users);
        const failures = new Map<string, Failure>();
        await server.inOneTransaction(
          there,
          (user) => `ALTER ROLE ${quoted(user)} NOLOGIN PASSWORD NULL; ${forgetCut(user)}`,
          failures,
          server.endTheirs,
        );
        const mark = await server.now();
        const { gone } = await endSessionsBefore(
          server.client(),
          there.map((user) => ({ role: roleName(user), mark })),
          'await',
        );
        return users.map(({ ref }) => {
          const outcome = failures.get(ref) ?? known.get(ref) ?? failure('busy', 'no answer');
          if (!outcome.ok) return outcome;
          return gone ? { ok: true } : failure('busy', 'sessions from before would not end');
        });
      }),

    prove: async (items) => {
      const { known } = await following(items);
      const now = new Map(calledNow(items, known).map((item) => [item.ref, item.account]));
      return roles.prove(items.map((item) => ({ ...item, account: now.get(item.ref) ?? item.account })));
    },
  };

  /** Where it cannot be done, a rotation that has time does not go on: consumers would meet another role than before. */
  async function bringInStep(items: readonly Installing[], failures: Map<string, Failure>): Promise<void> {
    const namesOf = (item: Installing) => [item, ...(item.other === null ? [] : [item.other])].map(roleName);
    const look = () => standing(items.flatMap((item) => [...namesOf(item), item.owner]));
    const before = await look();
    const changes = new Map(items.map((item) => [item.ref, stepsOf(item, before)]));
    const changing = items.filter(({ ref }) => (changes.get(ref)?.length ?? 0) > 0);
    const own = new Map<string, Failure>();
    await server.inOneTransaction(changing, ({ ref }) => (changes.get(ref) ?? []).join('; '), own);
    const after = changing.length === 0 ? before : await look();
    for (const item of items) {
      const failed = notInStep(item, before, after, own.get(item.ref));
      if (failed !== undefined && item.urgent !== true) failures.set(item.ref, failed);
    }
  }
}

type Standings = ReadonlyMap<string, Standing>;

function stepsOf(item: Installing, standings: Standings): string[] {
  const role = standings.get(roleName(item));
  const other = item.other === null ? undefined : standings.get(roleName(item.other));
  return role === undefined || !standings.has(item.owner) ? [] : inStep(role, item.owner, other);
}

function notInStep(
  item: Installing,
  before: Standings,
  after: Standings,
  failed: Failure | undefined,
): Failure | undefined {
  const { owner } = item;
  const name = roleName(item);
  if (!before.has(owner)) return failure('refused', `there is no role ${owner} for both to act as`);
  const role = before.get(name);
  if (before.get(owner)?.memberOf.includes(name) === true)
    return failure('refused', `${owner} is itself a member of ${name}: a circle; REVOKE that membership`);
  const other = item.other === null ? undefined : before.get(roleName(item.other));
  if (other !== undefined && actsAs(other) !== owner && other.hasItsOwn) {
    return failure(
      'refused',
      `${other.name} does not act as ${owner} yet, and has objects or grants of its own, which ${name} could not use: give them to ${owner} first`,
    );
  }
  if (failed !== undefined)
    return failure(
      failed.reason === 'account-missing' ? 'refused' : failed.reason,
      `${name} could not be brought in step with the other: ${failed.message}`,
    );
  const left = stepsOf(item, after);
  return role !== undefined && left.length > 0
    ? failure(
        'refused',
        `${name} is not in step with the other: the server did not take ${left.map(withoutValue).join('; ')}`,
      )
    : undefined;
}

/** A setting's value may be somebody's secret. */
function withoutValue(statement: string): string {
  return statement.replace(/ TO '.*$/s, '');
}

function asItShould({ owner, ...item }: User & Urgency, answer: LoginAnswer): Outcome {
  if (answer.saw === 'authenticated' && answer.code !== '28000')
    return failure('refused', `${roleName(item)} logs in and may not go on (${answer.code})`);
  if (answer.saw !== 'ready' || answer.said === owner) return { ok: true };
  return failure('refused', `${roleName(item)} acts as ${answer.said ?? 'nobody'}, not as ${owner}`);
}
