import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { systemClock, systemRandom } from '../../../../local/system.ts';
import { createDynamoFingerprints } from '../../../../shared/adapters/aws/dynamodb/fingerprints.ts';
import { createKmsEpochKeys } from '../../../../shared/adapters/aws/kms/epoch-keys.ts';
import { createS3AuditArchive } from '../../../../shared/adapters/aws/s3/audit-archive.ts';
import { createS3Manifests } from '../../../../shared/adapters/aws/s3/manifests.ts';
import { createS3Plans } from '../../../../shared/adapters/aws/s3/plans.ts';
import { secretName } from '../../../../shared/adapters/aws/secrets-manager/secret-name.ts';
import { createSecretsManagerStore } from '../../../../shared/adapters/aws/secrets-manager/secret-store.ts';
import { createProcessPace } from '../../../../shared/adapters/pace/in-process.ts';
import type { SecretRef } from '../../../../shared/domain/secret-ref.ts';
import { describeFingerprints } from '../../../contracts/fingerprints.ts';
import { describeKeys } from '../../../contracts/keys.ts';
import { describeLockedArchive } from '../../../contracts/locked-archive.ts';
import { describeManifests } from '../../../contracts/manifests.ts';
import { describePlans } from '../../../contracts/plans.ts';
import { describeStore } from '../../../contracts/store.ts';
import { FrozenClock } from '../../../support/clock.ts';
import { keyRoles } from '../../../support/key-roles.ts';
import { memoryDynamo } from '../../../support/memory-dynamodb.ts';
import { memoryKms } from '../../../support/memory-kms.ts';
import { memoryS3 } from '../../../support/memory-s3.ts';
import { memorySecretsManager } from '../../../support/memory-secrets-manager.ts';
import { aState } from '../../../support/state.ts';

/** The adapters against the doubles that costs are counted on: they keep to what the suites ask of AWS. */
const PREFIX = 'rekey-contracts';

function aVault() {
  const { registry } = aState().services;
  const kms = memoryKms();
  const vault = memorySecretsManager(kms.use);
  const roles = keyRoles('111122223333', 'us-east-1', PREFIX);
  return {
    registry,
    keys: createKmsEpochKeys(kms.client, { prefix: PREFIX, roles, registry, clock: systemClock }),
    store: createSecretsManagerStore({
      clients: {
        reader: vault.clientAs('reader'),
        worker: vault.clientAs('worker'),
        prover: vault.clientAs('prover'),
      },
      prefix: PREFIX,
      writes: createProcessPace({ perSecond: 10_000, burst: 1_000 }, systemClock),
      clock: systemClock,
    }),
    current: async (ref: SecretRef) => vault.current(secretName(PREFIX, ref)),
  };
}

describeStore('secrets-manager, in memory', async () => aVault());
describeKeys('kms, in memory', async () => aVault());
describeFingerprints('dynamodb and secrets-manager, in memory', async () => ({
  ...aVault(),
  fingerprints: createDynamoFingerprints(memoryDynamo(), 'registry', {
    clock: systemClock,
    random: systemRandom,
  }),
  random: systemRandom,
}));
describeLockedArchive('s3, in memory', async () => {
  const clock = new FrozenClock();
  const client = memoryS3(() => clock.ms);
  const retainForMs = 400 * 86_400_000;
  const at = (Key: string) => ({ Bucket: 'archive', Key });
  return {
    archive: createS3AuditArchive(client, 'archive', { clock, retainForMs }),
    nowMs: () => clock.ms,
    retainForMs,
    async lockedUntilMs(name) {
      const { ObjectLockRetainUntilDate } = await client.send(new HeadObjectCommand(at(name)));
      return ObjectLockRetainUntilDate?.getTime() ?? 0;
    },
    async remove(name) {
      await client.send(new DeleteObjectCommand(at(name)));
    },
  };
});
describePlans('s3, in memory', async () => {
  const client = memoryS3();
  return {
    plans: createS3Plans(client, 'manifests'),
    async edit(planHash, change) {
      const place = { Bucket: 'manifests', Key: `plans/${planHash}.json` };
      const { Body } = await client.send(new GetObjectCommand(place));
      const text = (await Body?.transformToString()) ?? '';
      await client.send(new PutObjectCommand({ ...place, Body: change(text) }));
    },
  };
});
describeManifests('s3, in memory', async () => createS3Manifests(memoryS3(), 'manifests'));
