import { randomBytes } from 'node:crypto';
import { type Client, escapeIdentifier, escapeLiteral } from 'pg';
import type { TargetRecord } from '../../domain/target.ts';
import { inParallel } from '../../in-parallel.ts';
import { type Failure, failure } from '../failure.ts';
import type { Account, OldCredential, OpenRequest, Outcome, TargetSession } from '../rotator.ts';
import type { AdminConnection } from './admin-connection.ts';
import type { PostgresConnection } from './connection.ts';
import { isAccepted, isCutShown, judgeNew, saysNothing } from './login-meaning.ts';
import { type Login, type LoginAnswer, seeAlive, tryLogin } from './login-probe.ts';
import type { Role } from './role.ts';
import { deriveFresh, deriveKeys, type ScramKeys, verifierOf } from './scram.ts';
import { endSessionsBefore, endWritersNamed, type Marked } from './sessions.ts';
import { openError, reasonOf, sqlStateOf, targetUnavailable } from './sqlstate.ts';

/** Before 18 a login in the middle of its authentication does not show in `pg_stat_activity`. */
const SHOWS_STARTING = 180_000;

type Installing = Account & { readonly value: string; readonly turnOn: boolean };

/** The verbs of `postgres` over one admin connection. `reconnect` opens another where the first was lost. */
export async function createTargetSession(
  request: OpenRequest,
  connection: PostgresConnection,
  connect: () => Promise<AdminConnection>,
): Promise<TargetSession> {
  const { target, writer, signal } = request;
  let { client, close } = await connect();
  const server = await settingsOf(client).catch(async (error: unknown) => {
    await close();
    throw openError(target.id, error);
  });
  const logins = Math.max(1, target.maxConnections - 1);
  /** Keys of the passwords that this session installed: who made the verifier need not derive again to log in. */
  const made = new Map<string, { readonly value: string; readonly keys: ScramKeys }>();
  const keysFor = (ref: string, value: string): ScramKeys | undefined => {
    const own = made.get(ref);
    return own?.value === value ? own.keys : undefined;
  };

  /** `renamed`: whether a role that is called differently now, by its oid, is an answer or a failure. */
  async function rolesOf(
    accounts: readonly Account[],
    renamed: 'follow' | 'refuse' = 'refuse',
  ): Promise<Outcome<{ role: Role }>[]> {
    const { rows } = await client.query<Role>(
      `SELECT rolname AS name, oid::text AS oid, NOT rolcanlogin AS off,
         coalesce(rolvaliduntil < now(), false) AS expired
       FROM pg_roles WHERE rolname = ANY ($1) OR oid::text = ANY ($2)`,
      [accounts.map(roleName), accounts.flatMap(({ identity }) => identity ?? [])],
    );
    const byName = new Map(rows.map((role) => [role.name, role]));
    const byOid = new Map(rows.map((role) => [role.oid, role]));
    return accounts.map((account) => {
      const name = roleName(account);
      const known = account.identity === undefined ? undefined : byOid.get(account.identity);
      if (known !== undefined && known.name !== name) {
        if (renamed === 'follow') return { ok: true, role: known };
        return failure(
          'account-renamed',
          `role ${name} is called ${known.name} now; its password lives on under that name`,
        );
      }
      const role = byName.get(name);
      if (role === undefined) return failure('account-missing', `there is no role ${name}`);
      if (account.identity !== undefined && role.oid !== account.identity) {
        return failure(
          'refused',
          `role ${name} was dropped and made anew (oid ${role.oid}, was ${account.identity})`,
        );
      }
      return { ok: true, role };
    });
  }

  async function look(
    accounts: readonly Account[],
    renamed?: 'follow',
  ): Promise<Map<string, Outcome<{ role: Role }>>> {
    const roles = await rolesOf(accounts, renamed);
    return new Map(
      accounts.map((account, index) => [account.ref, roles[index] ?? failure('busy', 'no answer')]),
    );
  }

  /** All statements in one transaction and one round trip; on an error by halves, so that one bad account fails alone. */
  async function inOneTransaction<A extends Account>(
    accounts: readonly A[],
    statement: (account: A) => string,
    failures: Map<string, Failure>,
    prepare?: (accounts: readonly A[]) => Promise<void>,
  ): Promise<void> {
    if (accounts.length === 0) return;
    try {
      await client.query(`BEGIN; ${accounts.map(statement).join('; ')}; COMMIT`);
    } catch (error) {
      const state = sqlStateOf(error);
      if (state === undefined) throw error;
      await client.query('ROLLBACK');
      if (accounts.length === 1) {
        const [account] = accounts;
        if (account !== undefined)
          failures.set(account.ref, failure(reasonOf(state), `the server refused it (${state})`));
        return;
      }
      // Somebody with an open session may be changing the same roles.
      await prepare?.(accounts);
      const half = Math.ceil(accounts.length / 2);
      await inOneTransaction(accounts.slice(0, half), statement, failures, prepare);
      await inOneTransaction(accounts.slice(half), statement, failures, prepare);
    }
  }

  async function serverNow(): Promise<string> {
    const { rows } = await client.query<{ mark: string }>('SELECT clock_timestamp()::text AS mark');
    return rows[0]?.mark ?? '';
  }

  const endTheirs = async (accounts: readonly Account[]) => {
    const mark = await serverNow();
    await endSessionsBefore(
      client,
      accounts.map((account) => ({ role: roleName(account), mark })),
    );
  };

  function login(account: Account, password: string, keys?: ScramKeys): Promise<LoginAnswer> {
    const attempt: Login = {
      user: roleName(account),
      database: account.account['database'] ?? connection.database,
      password,
      ...(keys === undefined ? {} : { keys }),
    };
    return tryLogin(connection, attempt, signal);
  }

  /** Logins by the route that consumers use. One that met nobody asks whether the target is there at all: throws where it is not. */
  function logInAll<T>(
    tries: readonly T[],
    attempt: (one: T) => Promise<LoginAnswer>,
  ): Promise<LoginAnswer[]> {
    return inParallel(tries, logins, async (one) => {
      const answer = await attempt(one);
      if (answer.saw === 'unreachable' && !signal.aborted) {
        await seeAlive(connection, signal).catch((error: unknown) => {
          throw openError(target.id, error);
        });
      }
      return answer;
    });
  }

  /** The answer to COMMIT was lost: what this session had under way is ended, then the new credentials are tried. */
  async function lookAfterLoss(items: readonly Installing[]): Promise<Set<string>> {
    await close();
    ({ client, close } = await connect());
    if (!(await endWritersNamed(client, [writer])))
      throw targetUnavailable(target.id, 'a lost session would not end');
    const answers = await logInAll(items, (item) => login(item, item.value, keysFor(item.ref, item.value)));
    return new Set(items.flatMap((item, index) => (isAccepted(answers[index]) ? [item.ref] : [])));
  }

  const guarded = <T>(work: () => Promise<T>): Promise<T> =>
    work().catch((error: unknown) => {
      if (sqlStateOf(error) === undefined && !(error instanceof TypeError))
        throw asUnavailable(target, error);
      throw error;
    });

  return {
    endWriters: (names) =>
      guarded(async () => {
        if (!(await endWritersNamed(client, names)))
          throw targetUnavailable(target.id, 'an older writer would not end');
      }),

    inspect: (accounts) =>
      guarded(async () =>
        (await rolesOf(accounts, 'follow')).map((outcome) =>
          outcome.ok ? { ok: true, identity: outcome.role.oid, off: outcome.role.off } : outcome,
        ),
      ),

    cut: (accounts, sample) =>
      guarded(async () => {
        const before = await look(accounts, 'follow');
        const there = calledNow(accounts, before);
        const failures = new Map<string, Failure>();
        const on = there.filter(({ ref }) => !isOff(before.get(ref)));
        await inOneTransaction(on, (account) => `ALTER ROLE ${quoted(account)} NOLOGIN`, failures, endTheirs);
        const mark = await serverNow();
        const after = await look(there);
        const marked = there
          .filter(({ ref }) => after.get(ref)?.ok === true)
          .map((account): Marked => ({ role: roleName(account), mark }));
        const gone =
          (await endSessionsBefore(client, marked)).gone && (await endSessionsBefore(client, marked)).gone;
        const sampled = there.find(({ ref }) => ref === sample?.ref);
        const answer =
          sample === null || sampled === undefined ? undefined : await login(sampled, sample.value);
        return {
          sampleRefused: answer === undefined ? null : isCutShown(answer),
          reports: accounts.map((account) => {
            const { ref } = account;
            const was = before.get(ref);
            const is = after.get(ref);
            const failed = failures.get(ref);
            // Renamed at this very moment, it is not gone: what the look after says by its identity counts.
            if (failed !== undefined) return { ref, outcome: is?.ok === false ? is : failed };
            if (was?.ok !== true) return { ref, outcome: was ?? failure('busy', 'not looked at') };
            if (is?.ok !== true) return { ref, outcome: is ?? failure('busy', 'not looked at') };
            if (!is.role.off) return { ref, outcome: failure('refused', 'the server says it is still on') };
            if (!gone) return { ref, outcome: failure('busy', 'sessions from before are still there') };
            const { name } = is.role;
            return {
              ref,
              outcome: {
                ok: true,
                wasOff: was.role.off,
                ...(name === roleName(account) ? {} : { calledNow: name }),
              },
            };
          }),
        };
      }),

    restore: (accounts) =>
      guarded(async () => {
        const there = calledNow(accounts, await look(accounts, 'follow'));
        const failures = new Map<string, Failure>();
        await inOneTransaction(there, (account) => `ALTER ROLE ${quoted(account)} LOGIN`, failures);
        const after = await look(accounts, 'follow');
        return accounts.map(({ ref }) => {
          const is = after.get(ref);
          const failed = failures.get(ref) ?? (is?.ok === true ? undefined : is);
          if (failed !== undefined) return failed;
          return isOff(is) ? failure('refused', 'the server says it is still off') : { ok: true };
        });
      }),

    install: (items) =>
      guarded(async () => {
        const [known, keys] = await Promise.all([
          look(items),
          Promise.all(items.map((item) => deriveFresh(item.value, server.iterations))),
        ]);
        items.forEach((item, index) => {
          const own = keys[index];
          if (own !== undefined) made.set(item.ref, { value: item.value, keys: own });
        });
        const there = items.filter((item) => known.get(item.ref)?.ok === true);
        const failures = new Map<string, Failure>();
        let found: Set<string> | null = null;
        try {
          await inOneTransaction(
            there,
            (item) =>
              `ALTER ROLE ${quoted(item)} PASSWORD ${escapeLiteral(verifierOf(keysFor(item.ref, item.value) as ScramKeys))}${item.turnOn ? ' LOGIN' : ''}`,
            failures,
            endTheirs,
          );
        } catch (error) {
          if (sqlStateOf(error) !== undefined) throw error;
          found = await lookAfterLoss(there);
        }
        const mark = await serverNow();
        return items.map((item) => {
          const outcome = known.get(item.ref);
          const failed = failures.get(item.ref);
          if (outcome?.ok !== true) return outcome ?? failure('busy', 'not looked at');
          if (failed !== undefined) return failed;
          if (found !== null && !found.has(item.ref)) {
            return failure(
              'outcome-unknown',
              'the connection was lost before the answer; the new one was not seen to work',
            );
          }
          return { ok: true, identity: outcome.role.oid, mark, off: outcome.role.off && !item.turnOn };
        });
      }),

    endSessions: (items) =>
      guarded(async () => {
        const { ended, gone } = await endSessionsBefore(
          client,
          items.map((item) => ({ role: roleName(item), mark: item.mark })),
        );
        return items.map((item) =>
          gone
            ? { ok: true, ended: ended.get(roleName(item)) ?? 0 }
            : failure('busy', 'sessions from before would not end, or a login from before shows no user'),
        );
      }),

    verify: (items) =>
      guarded(async () => {
        const answers = await logInAll(items, (item) =>
          login(item, item.value, keysFor(item.ref, item.value)),
        );
        const refused = items.filter((_item, index) => answers[index]?.saw === 'password-refused');
        const roles = refused.length === 0 ? new Map<string, Outcome<{ role: Role }>>() : await look(refused);
        return items.map((item, index) => {
          const answer = answers[index] ?? { saw: 'unreachable', why: 'not tried' };
          return judgeNew(answer, item.expectOff, roles.get(item.ref));
        });
      }),

    async revoke(items) {
      // One password a role: the install replaced it.
      return items.map(() => ({ ok: true }));
    },

    prove: (items) =>
      guarded(async () => {
        const tries = items.flatMap((item) => item.old.map((old) => ({ item, old })));
        const answers = await logInAll(tries, ({ item, old }) =>
          // Where nobody holds the value, one that was never issued shows whether the route asks for passwords at all.
          login(item, old.value ?? randomBytes(24).toString('base64url')),
        );
        const roles = await look(items);
        const waitMs = await beforeSecondLook(items.map((item) => item.mark));
        // The second look comes after the refusals: whoever was let in before shows now.
        const { ended, gone } = await endSessionsBefore(
          client,
          items.filter((item) => item.mark !== '').map((item) => ({ role: roleName(item), mark: item.mark })),
        );
        const results = new Map<object, Outcome<{ evidence: string }>>();
        for (const [index, { item, old }] of tries.entries()) {
          const answer = answers[index] ?? { saw: 'unreachable', why: 'not tried' };
          results.set(old, await judgeOld(item, old, answer, roles.get(item.ref), { ended, gone, waitMs }));
        }
        return items.map((item) =>
          item.old.map((old) => ({
            versionId: old.versionId,
            outcome: results.get(old) ?? failure('busy', 'not tried'),
          })),
        );
      }),

    close: () => close(),
  };

  /** Milliseconds until a second look says something: before 18, a login from before the mark stays invisible until it times out. */
  async function beforeSecondLook(marks: readonly string[]): Promise<number> {
    if (server.version >= SHOWS_STARTING) return 0;
    const { rows } = await client.query<{ ms: number }>(
      `SELECT coalesce(max(extract(epoch FROM m + $2::interval - clock_timestamp()) * 1000), 0)::float8 AS ms
       FROM unnest($1::timestamptz[]) AS m`,
      [marks.filter((mark) => mark !== ''), server.authenticationTimeout],
    );
    return Math.max(0, rows[0]?.ms ?? 0);
  }

  async function judgeOld(
    item: Account & { readonly value: string },
    old: OldCredential,
    answer: LoginAnswer,
    role: Outcome<{ role: Role }> | undefined,
    sessions: {
      readonly ended: ReadonlyMap<string, number>;
      readonly gone: boolean;
      readonly waitMs: number;
    },
  ): Promise<Outcome<{ evidence: string }>> {
    const name = roleName(item);
    switch (answer.saw) {
      case 'ready':
        return failure('old-accepted', 'the old password logs in');
      case 'authenticated': {
        const cut = role?.ok === true && role.role.off ? '; the role is off, so it is cut' : '';
        return failure('old-accepted', `the old password is accepted, then ${answer.code}${cut}`);
      }
      case 'not-asked':
      case 'refused-unasked':
      case 'unreachable':
        return saysNothing(answer);
      case 'password-refused':
        break;
    }
    if (role?.ok === false && role.reason === 'account-missing' && item.identity !== undefined) {
      return {
        ok: true,
        evidence: `the account is gone: no role ${name}, no role with oid ${item.identity}`,
      };
    }
    if (role?.ok !== true) return role ?? failure('busy', 'the role was not looked at');
    if (role.role.expired) return failure('no-proof', 'VALID UNTIL has passed: any password is refused');
    if (!sessions.gone) return failure('busy', 'sessions from before would not end');
    const found = sessions.ended.get(name) ?? 0;
    if (found > 0) return failure('sessions-found', `${found} sessions from before were ended late`);
    if (sessions.waitMs > 0) {
      return failure(
        'busy',
        `a login from before could still be under way, unseen, for ${Math.ceil(sessions.waitMs / 1_000)} s`,
      );
    }
    if (old.value !== null)
      return { ok: true, evidence: 'refused (28P01), the new one accepted, no session from before' };
    return (await showsReplaced(name, item.value))
      ? { ok: true, evidence: 'replaced by the server’s word (pg_authid), no session from before' }
      : failure('value-unknown', 'nobody holds the value, and the server does not show what replaced it');
  }

  /** Whether the one password slot holds exactly what was installed. Only where the admin may read it. */
  async function showsReplaced(name: string, value: string): Promise<boolean> {
    try {
      const { rows } = await client.query<{ verifier: string | null }>(
        'SELECT rolpassword AS verifier FROM pg_authid WHERE rolname = $1',
        [name],
      );
      const verifier = rows[0]?.verifier ?? '';
      const parts = /^SCRAM-SHA-256\$(\d+):([^$]+)\$/.exec(verifier);
      if (parts === null) return false;
      return verifierOf(await deriveKeys(value, parts[2] ?? '', Number(parts[1]))) === verifier;
    } catch (error) {
      if (sqlStateOf(error) === '42501') return false;
      throw error;
    }
  }
}

function isOff(outcome: Outcome<{ role: Role }> | undefined): boolean {
  return outcome?.ok === true && outcome.role.off;
}

/** The accounts that are there, each under the name it has now. */
function calledNow(
  accounts: readonly Account[],
  known: ReadonlyMap<string, Outcome<{ role: Role }>>,
): Account[] {
  return accounts.flatMap((account) => {
    const outcome = known.get(account.ref);
    if (outcome?.ok !== true) return [];
    return [{ ...account, account: { ...account.account, role: outcome.role.name } }];
  });
}

function roleName({ account }: Account): string {
  return account['role'] ?? '';
}

function quoted(account: Account): string {
  return escapeIdentifier(roleName(account));
}

function asUnavailable(target: TargetRecord, error: unknown): unknown {
  if (error instanceof Error && error.name === 'TargetUnavailable') return error;
  const why = error instanceof Error && 'code' in error ? String(error.code) : 'the connection was lost';
  return targetUnavailable(target.id, why);
}

async function settingsOf(client: Client) {
  const { rows } = await client.query<{ version: number; iterations: string | null; timeout: string }>(
    `SELECT current_setting('server_version_num')::int AS version,
       current_setting('scram_iterations', true) AS iterations,
       current_setting('authentication_timeout') AS timeout`,
  );
  const [row] = rows;
  return {
    version: row?.version ?? 0,
    // Fixed before PostgreSQL 16.
    iterations: Number(row?.iterations ?? 4_096),
    authenticationTimeout: row?.timeout ?? '60s',
  };
}
