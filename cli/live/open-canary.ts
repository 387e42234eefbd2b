import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { createKmsEpochKeys } from '../../shared/adapters/aws/kms/epoch-keys.ts';
import type { KeyRoles } from '../../shared/adapters/aws/kms/key-policy.ts';
import { createSecretsManagerStore } from '../../shared/adapters/aws/secrets-manager/secret-store.ts';
import type { CallerIdentity } from '../../shared/adapters/aws/sts/caller-identity.ts';
import { translate } from '../../shared/adapters/aws/vendor-error.ts';
import { createProcessPace } from '../../shared/adapters/pace/in-process.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { HealthCheck } from '../../shared/domain/health-check.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { LiveClients } from './live-clients.ts';
import type { LiveCanary } from './measure-denial.ts';

/** A class of the canary's own: no name in rekey.yaml begins like this. */
const CLASS = '_canary';
/** One version for good, whoever looks how often. It opens nothing. */
const VERSION = {
  ref: 'vault://rekey-doctor/canary',
  versionId: '6f1d0c1e-5d0f-4c39-9d6b-0f2b6f7c1a01',
} as const;
/** The canary reads for less than that. */
const SESSION_SECONDS = 3_600;

/**
 * A secret of the stage under a key of its own, made at the first look and kept, and the stage's own reader as its reader. Its
 * key has the policies that every class's key has; but any principal of the account whose own policies let him may administer
 * it, so that whoever looks next can: it seals nothing that anybody needs.
 */
export async function openCanary(
  clients: LiveClients,
  of: {
    readonly identity: CallerIdentity;
    readonly region: string;
    readonly prefix: string;
    readonly readerRole: string;
  },
  clock: Clock,
): Promise<LiveCanary & { policy(): Promise<HealthCheck> }> {
  const keys = createKmsEpochKeys(clients.kms, {
    prefix: of.prefix,
    roles: canaryKeyRoles(of.identity.account, of.region, of.prefix),
    registry: { unsettledUnder: async () => [] },
    clock,
  });
  const key = await keys.ensure(CLASS, 1, 'open');
  // A look that was cut short has left it closed.
  if (key.state === 'closed') await keys.open(key.id);
  const reader = await readerClient(clients, of.readerRole);
  const store = createSecretsManagerStore({
    clients: { worker: clients.secrets, reader },
    prefix: of.prefix,
    writes: createProcessPace({ perSecond: 5, burst: 5 }, clock),
    clock,
  });
  await store.putPending([{ ...VERSION, epoch: 1, keyId: key.id, value: 'canary' }]);
  await store.promote([VERSION]);
  return {
    async read() {
      try {
        await store.read([VERSION], 'reader');
        return { state: 'allowed' };
      } catch (error) {
        if (!(error instanceof RekeyError)) throw error;
        // A session that is over, or a role without a right, denies too: that is not the key.
        if (error.code === 'key-closed') return { state: 'denied', code: error.code };
        return { state: 'failed', message: error.message };
      }
    },
    close: () => keys.close(key.id),
    open: () => keys.open(key.id),
    async policy() {
      const [seen] = await keys.list(CLASS);
      const ok = seen?.state === 'open';
      return {
        what: 'key policy',
        ok,
        detail: `of the canary’s key ${key.id}: ${seen?.state ?? 'not there'}`,
      };
    },
  };
}

export function canaryKeyRoles(account: string, region: string, prefix: string): KeyRoles {
  const anybody = [`arn:aws:iam::${account}:*`] as const;
  return {
    account,
    region,
    secretPrefix: prefix,
    readers: [`arn:aws:iam::${account}:role/${prefix}/readers/*`],
    reissuers: anybody,
    rotators: [],
    makers: anybody,
    provers: [`arn:aws:iam::${account}:role/${prefix}/${prefix}-ProverRole-*`],
    comparers: [],
    fenceOperators: anybody,
    destroyers: [],
    responders: [],
  };
}

async function readerClient(
  { sts, configuration }: LiveClients,
  roleArn: string,
): Promise<SecretsManagerClient> {
  try {
    const { Credentials: given } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: roleArn,
        RoleSessionName: 'rekey-doctor',
        DurationSeconds: SESSION_SECONDS,
      }),
    );
    return new SecretsManagerClient({
      ...configuration,
      credentials: {
        accessKeyId: given?.AccessKeyId ?? '',
        secretAccessKey: given?.SecretAccessKey ?? '',
        ...(given?.SessionToken === undefined ? {} : { sessionToken: given.SessionToken }),
      },
    });
  } catch (error) {
    throw translate(error, { permission: 'sts:AssumeRole', about: roleArn, safe: 'Nothing was closed.' });
  }
}
