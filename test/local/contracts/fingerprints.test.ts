import { expect, test } from 'vitest';
import type { SqliteEpochKeys } from '../../../local/sqlite/epoch-keys.ts';
import { createSqliteStore } from '../../../local/sqlite/secret-store.ts';
import { isSecretRef } from '../../../shared/domain/secret-ref.ts';
import { fingerprintKeyName } from '../../../shared/driver/leaks/fingerprint-key.ts';
import { describeFingerprints } from '../../contracts/fingerprints.ts';
import { uniqueVersionId } from '../../contracts/records.ts';
import { aState } from '../../support/state.ts';

function bare() {
  const { database, services } = aState();
  const keys = services.keys as SqliteEpochKeys;
  return { ...services, store: createSqliteStore(database, keys, services.random) };
}

describeFingerprints('sqlite', async () => bare());

test('[7.1] the transaction that destroys a key takes its fingerprints along', async () => {
  const { services, database } = aState();
  const key = await services.keys.ensure('payments', 1, 'open');
  await services.store.putPending([
    { ref: 'vault://p/one', versionId: uniqueVersionId(), epoch: 1, keyId: key.id, value: 'some-value' },
  ]);
  expect(await services.fingerprints.under(key.id)).toHaveLength(1);
  await services.keys.destroy('payments', key.id);
  expect(database.prepare('SELECT count(*) AS n FROM fingerprint').get()).toEqual({ n: 0 });
});

test('[1.2] [4.6] no resolver hands a fingerprint key out, and none can be enrolled as a secret', async () => {
  const { services, resolver } = aState();
  const key = await services.keys.ensure('payments', 1, 'open');
  await services.store.putPending([
    { ref: 'vault://p/one', versionId: uniqueVersionId(), epoch: 1, keyId: key.id, value: 'some-value' },
  ]);
  const { ref } = fingerprintKeyName(key.id);
  expect(isSecretRef(ref)).toBe(false);
  await expect(resolver.read(ref, { user: 'agent', source: 'test' })).rejects.toMatchObject({
    code: 'secret-unknown',
  });
});
