import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';
import { paceAttempts } from '../../adapters/aws/pace-attempts.ts';
import { createProcessPace } from '../../adapters/pace/in-process.ts';
import type { Clock } from '../../ports/clock.ts';
import type { AccessKey } from './access-key.ts';
import type { IamConnection } from './connection.ts';

/** AWS publishes no quota of IAM's API: a throttled answer halves it. */
const PACE = { perSecond: 100, burst: 10 };
/** Three attempts and their pauses stay below the driver's `LONGEST_WRITE_MS`. */
const PATIENCE = { connectionTimeout: 1_000, requestTimeout: 8_000, throwOnRequestTimeout: true };
const MOST_ATTEMPTS = 3;

export interface Clients {
  readonly iam: IAMClient;
  /** For what must not be sent twice: a lost answer is no reason to make a second key. */
  readonly iamOnce: IAMClient;
  /** The admin's. */
  readonly sts: STSClient;
  /** By the route that consumers use, with a key of theirs. */
  stsAs(key: AccessKey): STSClient;
  close(): void;
}

export function createClients(connection: IamConnection, admin: AccessKey, clock: Clock): Clients {
  const { region, endpoint } = connection;
  const common = {
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: MOST_ATTEMPTS,
    requestHandler: PATIENCE,
  };
  const pace = createProcessPace(PACE, clock);
  const credentials = credentialsOf(admin);
  const iam = paceAttempts(new IAMClient({ ...common, credentials }), pace);
  // The same connections.
  const { requestHandler } = iam.config;
  const iamOnce = paceAttempts(
    new IAMClient({ ...common, credentials, requestHandler, maxAttempts: 1 }),
    pace,
  );
  const sts = new STSClient({ ...common, credentials, requestHandler });
  return {
    iam,
    iamOnce,
    sts,
    stsAs: (key) => new STSClient({ ...common, credentials: credentialsOf(key), requestHandler }),
    close: () => iam.destroy(),
  };
}

function credentialsOf({ id, secret }: AccessKey) {
  return { accessKeyId: id, secretAccessKey: secret };
}
