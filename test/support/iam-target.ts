import { onTestFinished } from 'vitest';
import type { Clock } from '../../shared/ports/clock.ts';
import { printAccessKey } from '../../shared/rotators/aws-iam-access-key/access-key.ts';
import { createAwsIamAccessKey } from '../../shared/rotators/aws-iam-access-key/rotator.ts';
import type { Account, TargetSession } from '../../shared/rotators/rotator.ts';
import { IamDouble } from './iam-double.ts';

type Key = ReturnType<IamDouble['addKey']>;

/** IAM and STS in this process, of the test's own, with a session at them as the rotator opens it. */
export async function anIam<C extends Clock>({
  clock,
  lagMs = 0,
}: {
  readonly clock: C;
  readonly lagMs?: number;
}) {
  const iam = new IamDouble({ clock, lagMs });
  await iam.start();
  const sessions: TargetSession[] = [];
  onTestFinished(async () => {
    for (const session of sessions) await session.close();
    await iam.stop();
  });
  const rotator = createAwsIamAccessKey(clock);
  let users = 0;
  return {
    clock,
    iam,
    rotator,
    open: async ({ admin = printAccessKey(iam.admin) } = {}): Promise<TargetSession> => {
      const session = await rotator.open({
        target: {
          v: 1,
          id: 'aws',
          kind: rotator.kind,
          connection: { region: 'eu-central-1', endpoint: iam.endpoint },
          network: 'local',
          admins: [],
          maxConnections: 4,
        },
        admin: { user: 'rekey-admin', password: admin },
        writer: 'rekey/test/1',
        signal: AbortSignal.timeout(30_000),
      });
      sessions.push(session);
      return session;
    },
    /** A user with one key, which Rekey knows of. */
    user: (): {
      readonly account: Account;
      readonly key: Key;
      readonly value: string;
      readonly name: string;
    } => {
      users += 1;
      const name = `app-${users}`;
      iam.addUser(name);
      const key = iam.addKey(name);
      const account = { ref: `vault://t/${name}`, account: { user: name }, handles: [key.id] };
      return { account, key, value: printAccessKey(key), name };
    },
  };
}

/** What a mint is told where nothing went wrong before. */
export function minting(account: Account, clock: Clock) {
  return {
    ...account,
    versionId: 'v2',
    again: false,
    begunAtMs: clock.nowMs(),
    superseded: [],
    keepOff: false,
    turnOn: false,
  };
}

/** The call was done; of its first answer nothing comes back. */
export function loseAnswerOf(iam: IamDouble, action: string): void {
  let lost = false;
  iam.fault = (called, phase) => {
    if (lost || called !== action || phase !== 'after') return undefined;
    lost = true;
    return 'no answer';
  };
}
