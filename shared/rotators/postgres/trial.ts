import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { installingChecks } from '../contract/installing.ts';
import { type RenamingWorld, renamingChecks } from '../contract/renaming.ts';
import { bindChecks, isLeftOver, type Trial, trialName } from '../contract/trial.ts';
import type { Account, TargetSession } from '../rotator.ts';
import { connectAdmin, tlsOf } from './admin-connection.ts';
import { Connection } from './connection.ts';
import { deriveFresh, verifierOf } from './scram.ts';
import { sqlStateOf } from './sqlstate.ts';

/** The default of `scram_iterations`: the rotator sets the server's own. */
const ITERATIONS = 4_096;
const LOGIN_MS = 5_000;
/** Before PostgreSQL 18 a proof waits for `authentication_timeout`, a minute by default. */
const PATIENCE_MS = 75_000;
const CLEAR_MS = 30_000;

export const postgresTrial: Trial = {
  makes: 'roles called rekey_trial_…, which may log in and own nothing',
  named: false,
  async open({ request, rotator, random, nowMs }) {
    const connection = Connection.parse(request.target.connection);
    const run = trialName(nowMs, random);
    const stayed: Client[] = [];
    const sessions: TargetSession[] = [];
    let roles = 0;

    /** By a connection of its own: the trial's may be broken off. */
    async function asAdmin(work: (client: Client) => Promise<void>): Promise<void> {
      const { client, close } = await connectAdmin(
        { ...request, signal: AbortSignal.timeout(CLEAR_MS) },
        connection,
      );
      try {
        await work(client);
      } finally {
        await close();
      }
    }

    async function remove(isOurs: (name: string) => boolean): Promise<void> {
      await asAdmin(async (client) => {
        const { rows } = await client.query<{ name: string }>(
          `SELECT rolname AS name FROM pg_roles WHERE starts_with(rolname, 'rekey_trial_')`,
        );
        for (const { name } of rows.filter((row) => isOurs(row.name))) {
          await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [
            name,
          ]);
          await client.query(`DROP ROLE IF EXISTS ${escapeIdentifier(name)}`);
        }
      });
    }

    async function logIn({ account }: Account, password: string): Promise<Client | null> {
      const { host, port, database } = connection;
      const client = new Client({
        host,
        port,
        database,
        user: account['role'] ?? '',
        password,
        connectionTimeoutMillis: LOGIN_MS,
        query_timeout: LOGIN_MS,
        ssl: tlsOf(connection),
      });
      client.on('error', () => undefined);
      try {
        await client.connect();
        return client;
      } catch (error) {
        await client.end().catch(() => undefined);
        if (sqlStateOf(error) === '28P01' || sqlStateOf(error) === '28000') return null;
        throw error;
      }
    }

    const fresh = () => Buffer.from(random.bytes(24)).toString('base64url');
    const world: RenamingWorld = {
      patienceMs: PATIENCE_MS,
      async account() {
        roles += 1;
        const role = `${run}_${roles}`;
        const password = fresh();
        const verifier = verifierOf(await deriveFresh(password, ITERATIONS));
        await asAdmin(async (client) => {
          await client.query(
            `CREATE ROLE ${escapeIdentifier(role)} LOGIN PASSWORD ${escapeLiteral(verifier)}`,
          );
        });
        return { account: { ref: `vault://trial/${role}`, account: { role } }, password };
      },
      missing: () => ({ ref: 'vault://trial/none', account: { role: `${run}_none` } }),
      async session() {
        const session = await rotator.open(request);
        sessions.push(session);
        return session;
      },
      async logsIn(account, password) {
        const client = await logIn(account, password);
        await client?.end();
        return client !== null;
      },
      async stayIn(account, password) {
        const client = await logIn(account, password);
        if (client === null) return async () => false;
        stayed.push(client);
        return () =>
          client.query('SELECT 1').then(
            () => true,
            () => false,
          );
      },
      async rename({ ref, account }) {
        const from = account['role'] ?? '';
        const role = `${from}_renamed`;
        await asAdmin(async (client) => {
          await client.query(`ALTER ROLE ${escapeIdentifier(from)} RENAME TO ${escapeIdentifier(role)}`);
        });
        return { ref, account: { role } };
      },
      fresh,
    };

    await remove((name) => isLeftOver(name, nowMs));
    return {
      checks: [...bindChecks(installingChecks('replace'), world), ...bindChecks(renamingChecks, world)],
      async clear() {
        await Promise.all(stayed.splice(0).map((client) => client.end().catch(() => undefined)));
        await Promise.all(sessions.splice(0).map((session) => session.close()));
        await remove((name) => name.startsWith(`${run}_`));
      },
      close: () => undefined,
    };
  },
};
