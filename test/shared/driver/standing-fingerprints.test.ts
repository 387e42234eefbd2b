import { expect, test } from 'vitest';
import type { SecretRef } from '../../../shared/domain/secret-ref.ts';
import { standingFingerprints } from '../../../shared/driver/leaks/standing-fingerprints.ts';
import { enrol, issue } from '../../contracts/enrolled.ts';
import { AT_MS } from '../../contracts/records.ts';
import { FrozenClock } from '../../support/clock.ts';
import { aState } from '../../support/state.ts';

const LATER_MS = 61_000;
const VALUES = ['planted-Zq8vN3tLw0PxR7sKd2Jm', 'planted-Hy2cB6mVf9TaQ4nWe1Ux'] as const;

test('[4.3] while the state does not answer what was known is still known, and it is said once each time', async () => {
  const clock = new FrozenClock(AT_MS);
  const { services } = aState({ clock });
  const { className, refs } = await enrol(services.registry);
  const ref = refs[0] as SecretRef;
  const key = await services.keys.ensure(className, 1, 'open');
  const put = async (value: string) => {
    const { id } = await issue(services.registry, ref, 'live', { keyId: key.id });
    await services.store.putPending([{ ref, versionId: id, epoch: 1, keyId: key.id, value }]);
  };
  let answers = true;
  const fingerprints = {
    ...services.fingerprints,
    keys: async () => {
      if (!answers) throw new Error('it is away');
      return services.fingerprints.keys();
    },
  };
  const behind: unknown[] = [];
  await put(VALUES[0]);
  const standing = await standingFingerprints({ ...services, fingerprints }, (error) => behind.push(error));
  const known = async () => {
    clock.ms += LATER_MS;
    const matcher = await standing();
    return VALUES.map((value) => matcher.find(Buffer.from(value)).length > 0);
  };
  answers = false;
  await put(VALUES[1]);
  expect([await known(), await known(), behind.length]).toEqual([[true, false], [true, false], 1]);
  answers = true;
  expect([await known(), behind.length]).toEqual([[true, true], 1]);
  answers = false;
  expect([await known(), behind.length]).toEqual([[true, true], 2]);
});
