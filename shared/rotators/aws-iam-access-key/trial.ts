import { wallClock } from '../../wall-clock.ts';
import { type Means, type MintingWorld, mintingChecks } from '../contract/minting.ts';
import { bindChecks, type Trial, trialName, trialRefused } from '../contract/trial.ts';
import { adminRefused, failure } from '../failure.ts';
import type { Account, TargetSession } from '../rotator.ts';
import { printAccessKey, readAccessKey } from './access-key.ts';
import { createClients } from './clients.ts';
import { AccountKeys, Connection } from './connection.ts';

import { tryKey } from './key-probe.ts';
import { createUserKeys } from './user-keys.ts';

const MEANS: Means = { looks: true, switches: true, takesByHand: true, labels: false, most: 2 };
/** AWS names no bound for when a change is known everywhere; what people measured is 3 to 15 s. */
const PATIENCE_MS = 30_000;
const CLEAR_MS = 30_000;

export const awsIamAccessKeyTrial: Trial = {
  makes: 'access keys of the user that you name, which must have none',
  named: true,
  async open({ request, rotator, account, random, nowMs }) {
    const connection = Connection.parse(request.target.connection);
    const { user } = AccountKeys.parse(account);
    const admin = readAccessKey(request.admin.password);
    if (admin === null) throw adminRefused(request.target.id, 'its value is no access key');
    // Refuses an admin that is none, and a target that does not answer, in the kind's own words.
    await (await rotator.open(request)).close();
    const clients = createClients(connection, admin, wallClock);
    // Of its own: the trial's may be broken off.
    const keys = () => createUserKeys(clients, AbortSignal.timeout(CLEAR_MS));
    const sessions: TargetSession[] = [];
    let loses = false;

    const there = await keys().list(user);
    if (there === null || there.length > 0) {
      clients.close();
      throw trialRefused(
        there === null ? `there is no user ${user}` : `user ${user} has keys, which a trial would delete`,
        'name a user that is for throwing away and has no key: --account user=NAME',
      );
    }

    async function removeKeys(): Promise<void> {
      for (const { id } of (await keys().list(user)) ?? []) await keys().remove(user, id);
    }

    const world: MintingWorld = {
      patienceMs: PATIENCE_MS,
      async account() {
        const { key } = await keys().create(user);
        const made: Account = { ref: `vault://trial/${user}`, account: { user }, handles: [key.id] };
        return { account: made, value: printAccessKey(key) };
      },
      missing: () => ({ ref: 'vault://trial/none', account: { user: trialName(nowMs, random) } }),
      async session() {
        const session = await rotator.open(request);
        sessions.push(session);
        const losesAnswer = loses;
        loses = false;
        if (!losesAnswer) return session;
        return {
          ...session,
          // As IAM leaves it: there is a key, and nobody has its secret.
          async mint(items) {
            for (const _ of items) await keys().create(user);
            return items.map(() => failure('outcome-unknown', 'the trial loses this answer'));
          },
        };
      },
      async accepts(_account, value) {
        const key = readAccessKey(value);
        if (key === null) return false;
        const { saw } = await tryKey(clients.stsAs(key), AbortSignal.timeout(CLEAR_MS));
        return saw === 'accepted';
      },
      held: async () => ((await keys().list(user)) ?? []).map(({ id }) => id),
      loseAnswer: () => {
        loses = true;
      },
      never: () => {
        const id = Buffer.from(random.bytes(8)).toString('hex').toUpperCase();
        return printAccessKey({ id: `AKIA${id}`, secret: Buffer.from(random.bytes(30)).toString('base64') });
      },
    };

    return {
      checks: bindChecks(mintingChecks(MEANS), world, 1),
      async clear() {
        loses = false;
        await Promise.all(sessions.splice(0).map((session) => session.close()));
        await removeKeys();
      },
      close: () => clients.close(),
    };
  },
};
