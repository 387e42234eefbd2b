import { type Client, escapeIdentifier } from 'pg';
import type { TargetRecord } from '../../domain/target.ts';
import { inParallel } from '../../in-parallel.ts';
import { type Failure, failure, targetUnavailable } from '../failure.ts';
import type { Account, OpenRequest, Outcome } from '../rotator.ts';
import type { AdminConnection } from './admin-connection.ts';
import type { PostgresConnection } from './connection.ts';
import { isAccepted } from './login-meaning.ts';
import { type Login, type LoginAnswer, seeAlive, tryLogin } from './login-probe.ts';
import type { Role } from './role.ts';
import { deriveFresh, type ScramKeys } from './scram.ts';
import { endSessionsBefore, endWritersNamed } from './sessions.ts';
import { openError, reasonOf, sqlStateOf } from './sqlstate.ts';

/** What the verbs share: one admin connection, opened anew where it was lost, and logins by the route that consumers use. */
export type Server = Awaited<ReturnType<typeof createServer>>;

export async function createServer(
  request: OpenRequest,
  connection: PostgresConnection,
  connect: () => Promise<AdminConnection>,
) {
  const { target, writer, signal } = request;
  let { client, close } = await connect();
  const settings = await settingsOf(client).catch(async (error: unknown) => {
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

  /** Fresh keys for each value, kept for the logins that follow. */
  async function derive(items: readonly (Account & { readonly value: string })[]): Promise<void> {
    const keys = await Promise.all(items.map((item) => deriveFresh(item.value, settings.iterations)));
    items.forEach((item, index) => {
      const own = keys[index];
      if (own !== undefined) made.set(item.ref, { value: item.value, keys: own });
    });
  }

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

  function login(account: Account, password: string, keys?: ScramKeys, asks?: string): Promise<LoginAnswer> {
    const attempt: Login = {
      user: roleName(account),
      database: account.account['database'] ?? connection.database,
      password,
      ...(keys === undefined ? {} : { keys }),
      ...(asks === undefined ? {} : { asks }),
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
  async function lookAfterLoss(
    items: readonly (Account & { readonly value: string })[],
  ): Promise<Set<string>> {
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
    ...settings,
    client: () => client,
    keysFor,
    derive,
    look,
    inOneTransaction,
    now: serverNow,
    endTheirs,
    login,
    logInAll,
    lookAfterLoss,
    guarded,
    close: () => close(),
  };
}

export function roleName({ account }: Account): string {
  return account['role'] ?? '';
}

export function quoted(account: Account): string {
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
