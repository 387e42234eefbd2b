import { inParallel } from '../../in-parallel.ts';
import { type Failure, failure, targetUnavailable } from '../failure.ts';
import type { Account, OpenRequest, Outcome } from '../rotator.ts';
import type { AdminConnection } from './admin-connection.ts';
import type { Ask } from './ask.ts';
import type { MysqlConnection } from './connection.ts';
import { numberOf, openError, reasonOf, targetRefused, whyLost } from './errors.ts';
import type { Flavour } from './flavour.ts';
import { isAccepted } from './login-meaning.ts';
import { type LoginAnswer, tryLogin } from './login-probe.ts';
import { createMariadb } from './mariadb.ts';
import { createMysql } from './mysql.ts';
import { identityOf, type User } from './row.ts';
import { endWritersNamed, holdName } from './sessions.ts';
import { openWire } from './wire.ts';

/** What the verbs share: one admin connection, opened anew where it was lost, and logins by the route that consumers use. */
export type Server = Awaited<ReturnType<typeof createServer>>;

/** Accounts that one statement is about. Each is written down by itself all the same, and one bad one fails them all. */
const AT_ONCE = 500;

export async function createServer(
  request: OpenRequest,
  connection: MysqlConnection,
  connect: () => Promise<AdminConnection>,
) {
  const { target, writer, signal } = request;
  let admin = await connect();
  const ask: Ask = (sql, parameters) => admin.ask(sql, parameters);
  const flavour = await flavourOf(request, connection, admin)
    .then(async (found) => {
      await takeName();
      return found;
    })
    .catch(async (error: unknown) => {
      await admin.close();
      throw openError(target.id, error);
    });
  const logins = Math.max(1, target.maxConnections - 1);

  /** A name that somebody holds is our own from before the connection was lost. */
  async function takeName(): Promise<void> {
    if (await holdName(ask, writer)) return;
    if (!(await endWritersNamed(ask, [writer])) || !(await holdName(ask, writer)))
      throw targetUnavailable(target.id, 'a lost session would not end');
  }

  async function look(accounts: readonly Account[]): Promise<Map<string, Outcome<{ user: User }>>> {
    const rows = await flavour.rows(ask, [...new Set(accounts.map(userName))]);
    const byName = Map.groupBy(rows, ({ user }) => user);
    return new Map(
      accounts.map((account) => {
        const name = userName(account);
        const own = byName.get(name);
        return [
          account.ref,
          own === undefined
            ? failure('account-missing', `there is no user ${name}`)
            : { ok: true, user: { name, rows: own } },
        ];
      }),
    );
  }

  /**
   * Statements for many accounts at once; nothing of this kind is undone with the rest, so that on an error they are done
   * again by halves and one bad account fails alone.
   */
  async function change<A extends Account>(
    accounts: readonly A[],
    statements: (accounts: readonly A[]) => readonly string[],
    failures: Map<string, Failure>,
  ): Promise<void> {
    if (accounts.length === 0) return;
    if (accounts.length > AT_ONCE) {
      await change(accounts.slice(0, AT_ONCE), statements, failures);
      return change(accounts.slice(AT_ONCE), statements, failures);
    }
    if (flavour.readOnly) {
      for (const { ref } of accounts) failures.set(ref, READ_ONLY);
      return;
    }
    try {
      for (const statement of statements(accounts)) await ask(statement);
    } catch (error) {
      const number = numberOf(error);
      if (number === undefined) throw error;
      if (accounts.length === 1) {
        const [account] = accounts;
        if (account !== undefined) failures.set(account.ref, await refusalOf(number));
        return;
      }
      const half = Math.ceil(accounts.length / 2);
      await change(accounts.slice(0, half), statements, failures);
      await change(accounts.slice(half), statements, failures);
    }
  }

  /** The number of a failed `ALTER USER` says nothing: what was wrong stands in the warnings. Numbers only, never words. */
  async function refusalOf(number: number): Promise<Failure> {
    const warnings = await ask<{ Code: number }>('SHOW WARNINGS');
    const codes = [...new Set([...warnings.map(({ Code }) => Code), number])];
    if (codes.some((code) => INVALID_PASSWORD.has(code)))
      return failure(
        'refused',
        'the server’s own rules refuse the new password: say which it takes under `passwords` of the target',
      );
    if (codes.some((code) => LACKS_RIGHT.has(code)))
      return failure(
        'refused',
        `the admin has not the right (${number}): docs/kinds/mysql.md names those it needs`,
      );
    const known = codes.find((code) => reasonOf(code) !== 'refused') ?? number;
    return failure(reasonOf(known), `the server refused it (${codes.join(', ')})`);
  }

  function login(account: Account, password: string): Promise<LoginAnswer> {
    const { database } = account.account;
    return tryLogin(
      connection,
      { user: userName(account), password, ...(database === undefined ? {} : { database }) },
      signal,
    );
  }

  /** Logins by the route that consumers use. One that met nobody asks whether the target is there at all: throws where it is not. */
  function logInAll<T>(
    tries: readonly T[],
    attempt: (one: T) => Promise<LoginAnswer>,
    width = logins,
  ): Promise<LoginAnswer[]> {
    return inParallel(tries, width, async (one) => {
      const answer = await attempt(one);
      if (answer.saw === 'unreachable' && !signal.aborted) await seeAlive();
      return answer;
    });
  }

  /** By a login as the admin: a connection that is given up half-way is one that the server counts against this host. */
  async function seeAlive(): Promise<void> {
    try {
      const wire = await openWire(connection, request.admin, {
        withinMs: 5_000,
        name: 'rekey-probe',
        signal,
      });
      wire.connection.end().catch(() => undefined);
    } catch (error) {
      if (numberOf(error) === undefined) throw openError(target.id, error);
    }
  }

  /** The answer was lost: what this session had under way is ended, then the new credentials are tried. */
  async function lookAfterLoss(
    items: readonly (Account & { readonly value: string })[],
  ): Promise<Set<string>> {
    await admin.close();
    admin = await connect();
    await takeName();
    const answers = await logInAll(items, (item) => login(item, item.value));
    return new Set(items.flatMap((item, index) => (isAccepted(answers[index]) ? [item.ref] : [])));
  }

  const guarded = <T>(work: () => Promise<T>): Promise<T> =>
    work().catch((error: unknown) => {
      if (error instanceof Error && error.name === 'TargetUnavailable') throw error;
      if (numberOf(error) !== undefined || error instanceof TypeError) throw error;
      throw error instanceof Error && 'family' in error
        ? error
        : targetUnavailable(target.id, whyLost(error));
    });

  return {
    connection,
    flavour,
    ask,
    look,
    change,
    login,
    logInAll,
    lookAfterLoss,
    guarded,
    close: () => admin.close(),
  };
}

/** The password does not satisfy the policy (MariaDB, MySQL), or was one before. */
const INVALID_PASSWORD = new Set([1819, 3638]);

const LACKS_RIGHT = new Set([1044, 1142, 1227]);

const READ_ONLY = failure(
  'busy',
  'the server takes no writes (read_only): it is a replica, or is being switched over; the target is to be the primary',
);

export function userName({ account }: Account): string {
  return account['user'] ?? '';
}

export function inspected(outcome: Outcome<{ user: User }>): Outcome<{ identity: string; off: boolean }> {
  if (!outcome.ok) return outcome;
  const { user } = outcome;
  return { ok: true, identity: identityOf(user), off: user.rows.every(({ off }) => off) };
}

/** Which server it is, by its own word. Throws `target-refused` where `rekey.yaml` says another, or it is too old. */
async function flavourOf(
  { target }: OpenRequest,
  { server }: MysqlConnection,
  { ask, version }: AdminConnection,
): Promise<Flavour> {
  const isMariadb = version.includes('MariaDB');
  const [major = 0, minor = 0, patch = 0] = (
    /(\d+)\.(\d+)\.(\d+)/.exec(version.replace(/^5\.5\.5-/, '')) ?? []
  )
    .slice(1)
    .map(Number);
  if (isMariadb !== (server === 'mariadb')) {
    const is = isMariadb ? 'mariadb' : 'mysql';
    throw targetRefused(target.id, `says that it is ${version}: say \`server: ${is}\` in its connection`);
  }
  const oldest = isMariadb ? [10, 4, 0] : [8, 0, 14];
  if (major * 1e6 + minor * 1e3 + patch < (oldest[0] ?? 0) * 1e6 + (oldest[1] ?? 0) * 1e3 + (oldest[2] ?? 0))
    throw targetRefused(target.id, `is ${version}: Rekey works with ${oldest.join('.')} and later`);
  return isMariadb ? createMariadb(ask) : createMysql(ask);
}
