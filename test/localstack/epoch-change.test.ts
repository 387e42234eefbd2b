import { DescribeKeyCommand, DisableKeyCommand, KMSClient, ListAliasesCommand } from '@aws-sdk/client-kms';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, test } from 'vitest';
import { systemClock, systemRandom } from '../../local/system.ts';
import { spareAlias } from '../../shared/adapters/aws/kms/alias.ts';
import { renderKeyPolicy } from '../../shared/adapters/aws/kms/key-policy.ts';
import { secretName } from '../../shared/adapters/aws/secrets-manager/secret-name.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { openTarget } from '../../shared/driver/open-target.ts';
import { putValues } from '../../shared/driver/put-values.ts';
import type { ReadAs } from '../../shared/ports/store.ts';
import { aClass, aSecret, aTarget, uniqueName, uniqueVersionId } from '../contracts/records.ts';
import { awsVault, PREFIX } from '../support/aws-vault.ts';
import { keyRoles } from '../support/key-roles.ts';
import { LOCAL_ACCOUNT, localStack } from '../support/localstack.ts';
import { MemoryTarget } from '../support/memory-target.ts';
import { aState } from '../support/state.ts';

const kms = new KMSClient(localStack());
const secretsManager = new SecretsManagerClient(localStack());

const CLOSED = { family: 'Denied', code: 'key-closed' };

/** A class in its first epoch, with a secret that has a current version. */
async function aClassWithASecret() {
  const { store, keys } = awsVault(aState().services.registry);
  const className = uniqueName('payments');
  const ref: SecretRef = `vault://contracts/${className}`;
  const first = await keys.ensure(className, 1, 'open');
  const old = { ref, versionId: uniqueVersionId() };
  await store.putPending([{ ...old, epoch: 1, keyId: first.id, value: 'stolen' }]);
  await store.promote([old]);
  const describeIt = () =>
    secretsManager.send(new DescribeSecretCommand({ SecretId: secretName(PREFIX, ref) }));
  /** Who may read a version. */
  const readers = async (name: { ref: SecretRef; versionId: string }): Promise<ReadAs[]> => {
    const answers = await Promise.all(
      (['reader', 'worker', 'prover'] as const).map((as) =>
        store.read([name], as).then(
          () => [as],
          () => [],
        ),
      ),
    );
    return answers.flat();
  };
  return { store, keys, className, ref, first, old, describeIt, readers };
}

describe('a class moves to its next epoch, what KMS refuses [injected]', () => {
  test('[5.4] the new version is under the new key, the old one stays under the old, and each has its own readers', async () => {
    const { store, keys, className, ref, first, old, describeIt, readers } = await aClassWithASecret();
    expect(await readers(old)).toEqual(['reader', 'worker', 'prover']);
    const second = await keys.ensure(className, 2, 'closed');
    await keys.close(first.id);
    expect(await readers(old)).toEqual(['prover']);

    const fresh = { ref, versionId: uniqueVersionId() };
    await store.putPending([{ ...fresh, epoch: 2, keyId: second.id, value: 'fresh' }]);
    expect((await describeIt()).KmsKeyId).toBe(second.id);
    expect(await readers(fresh)).toEqual(['worker']);
    expect(await readers(old)).toEqual(['prover']);

    await store.promote([fresh]);
    await keys.open(second.id);
    expect(await readers(fresh)).toEqual(['reader', 'worker', 'prover']);
    expect(await readers(old)).toEqual(['prover']);
    expect((await describeIt()).VersionIdsToStages?.[old.versionId]).toContain('AWSPREVIOUS');
  });

  test('[5.4] a worker of the epoch that is over puts nothing, and does not change the secret’s key back', async () => {
    const { store, keys, className, ref, first, describeIt } = await aClassWithASecret();
    const second = await keys.ensure(className, 2, 'closed');
    await keys.close(first.id);
    await store.putPending([
      { ref, versionId: uniqueVersionId(), epoch: 2, keyId: second.id, value: 'fresh' },
    ]);
    const late = { ref, versionId: uniqueVersionId(), epoch: 1, keyId: first.id, value: 'late' };
    await expect(store.putPending([late])).rejects.toMatchObject(CLOSED);
    expect((await describeIt()).KmsKeyId).toBe(second.id);
    await expect(store.read([late], 'prover')).rejects.toMatchObject({ code: 'version-missing' });
  });

  test('[7.2] a key that a responder has switched off refuses everyone, and is no loss: on again, the prover proves', async () => {
    const { store, keys, first, old, readers } = await aClassWithASecret();
    await kms.send(new DisableKeyCommand({ KeyId: first.id }));
    for (const as of ['reader', 'worker', 'prover'] as const) {
      await expect(store.read([old], as)).rejects.toMatchObject(CLOSED);
    }
    await expect(keys.letProve(first.id)).rejects.toMatchObject({ code: 'key-not-closed' });
    await keys.close(first.id);
    expect(await readers(old)).toEqual([]);
    expect(await keys.letProve(first.id)).toBe(true);
    expect(await readers(old)).toEqual(['prover']);
  });

  test('[5.4] an admin’s class is fenced: its target is worked at with the value under the closed key, read as the prover', async () => {
    const { registry } = aState().services;
    const { store, keys } = awsVault(registry);
    const className = uniqueName('admins');
    const ref: SecretRef = `vault://contracts/${className}`;
    const target = { ...aTarget(uniqueName('db')), admins: [{ user: 'admin', passwordRef: ref }] };
    const secret = { ...aSecret(ref, className, target.id), consumers: [] };
    const put = { classes: [aClass(className)], targets: [target], secrets: [secret] };
    await registry.applyEnrolment([{ put, remove: {}, entries: [] }]);
    const services = { registry, store, keys, clock: systemClock, random: systemRandom };
    const put1 = await putValues({ ...services, rotators: {} }, [{ ref, value: 'admin' }], {
      user: 'ada',
      source: 'test',
      replace: false,
    });
    await keys.ensure(className, 2, 'closed');
    await keys.close((await keys.list(className))[0]?.id ?? '');
    await expect(store.read(put1, 'worker')).rejects.toMatchObject(CLOSED);
    const rotators = { [target.kind]: new MemoryTarget().rotator(target.kind) };
    const { signal } = new AbortController();
    const use = { writer: 'rekey/inc', through: undefined, signal };
    await (await openTarget({ ...services, rotators }, target, use)).close();
  });

  test('[1.3] the ten newest versions keep a label each: Secrets Manager may remove none of them', async () => {
    const { store, ref, first, describeIt } = await aClassWithASecret();
    const versions = Array.from({ length: 13 }, () => ({ ref, versionId: uniqueVersionId() }));
    for (const version of versions) {
      await store.putPending([{ ...version, epoch: 1, keyId: first.id, value: version.versionId }]);
    }
    const newest = versions.slice(-10);
    expect(await store.read(newest, 'prover')).toEqual(newest.map(({ versionId }) => versionId));
    const labels = Object.values((await describeIt()).VersionIdsToStages ?? {}).flat();
    // Of the 20 that a secret may have.
    expect(labels.length).toBeLessThanOrEqual(13);
  });
});

describe('warm spares', () => {
  test('[5.4] one spare serves one of the classes that ask for it at once; each has a key of its own', async () => {
    const { keys } = awsVault(aState().services.registry);
    await keys.keepSpares();
    const classNames = Array.from({ length: 5 }, () => uniqueName('payments'));
    const made = await Promise.all(classNames.map((className) => keys.ensure(className, 1, 'closed')));
    expect(new Set(made.map(({ id }) => id)).size).toBe(5);
    for (const [index, className] of classNames.entries())
      expect(await keys.list(className)).toEqual([made[index]]);
  });

  test.each([
    ['open', 'open'],
    ['closed', 'not-yet-open'],
  ] as const)(
    '[5.4] kept any number of times one waits %s, and it is never an epoch’s key already',
    async (initial, door) => {
      const { keys } = awsVault(aState().services.registry);
      const name = spareAlias(PREFIX, renderKeyPolicy(door, keyRoles(LOCAL_ACCOUNT, 'us-east-1', PREFIX)));
      const spare = async () => {
        const { Aliases } = await kms.send(new ListAliasesCommand({ Limit: 1_000 }));
        return Aliases?.find(({ AliasName }) => AliasName === name)?.TargetKeyId;
      };
      await keys.keepSpares();
      const first = await spare();
      await keys.keepSpares();
      expect(await spare()).toBe(first);
      const key = await keys.ensure(uniqueName('payments'), 1, initial);
      expect(key).toMatchObject({ id: expect.stringContaining(String(first)), state: initial });
      await keys.keepSpares();
      expect(await spare()).not.toBe(first);
      const next = await keys.ensure(uniqueName('payments'), 1, initial);
      expect(next.id).not.toBe(key.id);
    },
  );

  test('[5.4] of two who make an epoch’s key at once one is ended, and never the one that became it', async () => {
    const { keys } = awsVault(aState().services.registry);
    const className = uniqueName('payments');
    const [one] = await Promise.all([keys.ensure(className, 1, 'open'), keys.ensure(className, 1, 'open')]);
    await keys.keepSpares();
    expect(await keys.list(className)).toEqual([one]);
    const { Aliases = [] } = await kms.send(new ListAliasesCommand({ Limit: 1_000 }));
    const lost = Aliases.filter(({ AliasName }) => AliasName?.startsWith(`alias/${PREFIX}/lost/`));
    expect(lost.length).toBeGreaterThan(0);
    for (const { TargetKeyId } of lost) {
      const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: TargetKeyId }));
      expect(KeyMetadata?.KeyState).toBe('PendingDeletion');
    }
  });
});
