import { installingChecks, type RotatorWorld } from '../contract/installing.ts';
import { bindChecks, isLeftOver, type Trial, trialName, trialRefused } from '../contract/trial.ts';
import type { Account, TargetSession } from '../rotator.ts';
import { type AdminConnection, ALL_USERS_MS, connectAdmin } from './admin-connection.ts';
import { Connection } from './connection.ts';
import { type Command, listOf, Refusal, type Reply, textOf } from './resp.ts';
import { saveUsers } from './saving.ts';
import { digestOf, userListed } from './user.ts';
import { openWire, type Wire } from './wire.ts';

const LOGIN_MS = 5_000;
const CLEAR_MS = 30_000;

export const redisTrial: Trial = {
  makes: 'ACL users called rekey_trial_…, which may PING and nothing else',
  named: false,
  async open({ request, rotator, random, nowMs }) {
    const connection = Connection.parse(request.target.connection);
    const run = trialName(nowMs, random);
    const stayed: Wire[] = [];
    const sessions: TargetSession[] = [];
    let users = 0;

    /** By a connection of its own: the trial's may be broken off. */
    async function asAdmin<T>(work: (admin: AdminConnection) => Promise<T>): Promise<T> {
      const admin = await connectAdmin({ ...request, signal: AbortSignal.timeout(CLEAR_MS) }, connection);
      try {
        return await work(admin);
      } finally {
        admin.close();
      }
    }

    async function remove(isOurs: (name: string) => boolean): Promise<void> {
      await asAdmin(async (admin) => {
        const lines = listOf(await said(admin, ['ACL', 'LIST']));
        const names = lines.map((line) => userListed(textOf(line)).name).filter(isOurs);
        if (names.length === 0) return;
        await said(admin, ['ACL', 'DELUSER', ...names]);
        await saveUsers(admin);
      });
    }

    async function logIn({ account }: Account, password: string): Promise<Wire | null> {
      const wire = await openWire(connection, LOGIN_MS, request.signal);
      const [reply] = await wire.ask([['AUTH', account['user'] ?? '', password]], LOGIN_MS);
      if (!(reply instanceof Refusal)) return wire;
      wire.close();
      if (reply.code === 'WRONGPASS') return null;
      throw reply;
    }

    const fresh = () => Buffer.from(random.bytes(24)).toString('base64url');
    const world: RotatorWorld = {
      patienceMs: 0,
      async account() {
        users += 1;
        const user = `${run}_${users}`;
        const password = fresh();
        const rules = ['on', `#${digestOf(password)}`, '-@all', '+ping'];
        await asAdmin((admin) => said(admin, ['ACL', 'SETUSER', user, ...rules]));
        return { account: { ref: `vault://trial/${user}`, account: { user } }, password };
      },
      missing: () => ({ ref: 'vault://trial/none', account: { user: `${run}_none` } }),
      async session() {
        const session = await rotator.open(request);
        sessions.push(session);
        return session;
      },
      async logsIn(account, password) {
        const wire = await logIn(account, password);
        wire?.close();
        return wire !== null;
      },
      async stayIn(account, password) {
        const wire = await logIn(account, password);
        if (wire === null) return async () => false;
        stayed.push(wire);
        return () =>
          wire.ask([['PING']], LOGIN_MS).then(
            ([reply]) => reply === 'PONG',
            () => false,
          );
      },
      fresh,
    };

    // What could be made and not taken away is not made. One that is not there is none to delete.
    await asAdmin((admin) => said(admin, ['ACL', 'DELUSER', `${run}_none`])).catch((error: unknown) => {
      if (!(error instanceof Refusal) || error.code !== 'NOPERM') throw error;
      throw trialRefused(
        `the admin of ${request.target.id} may not take users away again (NOPERM)`,
        'a trial takes +acl|deluser besides the rights of docs/kinds/redis.md',
      );
    });
    await remove((name) => isLeftOver(name, nowMs));
    return {
      checks: bindChecks(installingChecks('beside'), world),
      async clear() {
        for (const wire of stayed.splice(0)) wire.close();
        await Promise.all(sessions.splice(0).map((session) => session.close()));
        await remove((name) => name.startsWith(`${run}_`));
      },
      close: () => undefined,
    };
  },
};

async function said(admin: AdminConnection, command: Command): Promise<Reply> {
  const [reply = null] = await admin.ask([command], ALL_USERS_MS);
  if (reply instanceof Refusal) throw reply;
  return reply;
}
