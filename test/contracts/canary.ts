import { describe, expect, test } from 'vitest';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import type { Canary, CanaryAnswer } from '../../shared/ports/canary.ts';
import type { EpochKeys } from '../../shared/ports/keys.ts';
import type { Registry } from '../../shared/ports/registry.ts';
import type { SecretStore } from '../../shared/ports/store.ts';
import { enrol, issue } from './enrolled.ts';
import { anIncident, aPlan, uniqueName } from './records.ts';

/** A canary, and the state in which it sings. */
export interface CanaryUnderTest {
  readonly canary: Canary;
  readonly registry: Registry;
  readonly store: SecretStore;
  readonly keys: EpochKeys;
}

/** What every canary keeps to. */
export function describeCanary(name: string, create: () => Promise<CanaryUnderTest>): void {
  describe(`canary ${name}`, () => {
    /** A secret that an honest reader reads. */
    async function readable() {
      const under = await create();
      const { registry, store, keys } = under;
      const { className, refs } = await enrol(registry);
      const [ref] = refs;
      if (ref === undefined) throw new Error('no secret');
      const key = await keys.ensure(className, 1, 'open');
      const { id: versionId } = await issue(registry, ref, 'live', { keyId: key.id });
      const value = uniqueName('value');
      await store.putPending([{ ref, versionId, epoch: 1, keyId: key.id, value }]);
      await store.promote([{ ref, versionId }]);
      return { ...under, className, ref, key, value };
    }

    const both = async (canary: Canary, ref: SecretRef): Promise<CanaryAnswer[]> => [
      await canary.throughResolver(ref),
      await canary.underKey(ref),
    ];

    test('[7.2] where a reader is served it says so, and the value goes nowhere', async () => {
      const { canary, ref } = await readable();
      expect(await both(canary, ref)).toEqual([{ state: 'allowed' }, { state: 'allowed' }]);
    });

    test('[7.2] inside a fence the resolver denies, and what is around it does not', async () => {
      const { canary, registry, className, ref } = await readable();
      await registry.openIncident(anIncident(aPlan(className)), []);
      expect(await both(canary, ref)).toEqual([{ state: 'denied', code: 'fenced' }, { state: 'allowed' }]);
    });

    test('[7.2] a closed key denies both, and once it is open neither', async () => {
      const { canary, keys, ref, key } = await readable();
      await keys.close(key.id);
      const denied = { state: 'denied', code: 'key-closed' };
      expect(await both(canary, ref)).toEqual([denied, denied]);
      await keys.open(key.id);
      expect(await both(canary, ref)).toEqual([{ state: 'allowed' }, { state: 'allowed' }]);
    });

    test('[7.2] a reader who is not served for another reason was not denied', async () => {
      const { canary, ref, key, registry } = await readable();
      const { refs } = await enrol(registry);
      const failed = { state: 'failed', message: expect.any(String) as string };
      expect(await both(canary, 'vault://contracts/none')).toEqual([failed, failed]);
      expect(await both(canary, refs[0] ?? ref)).toEqual([failed, failed]);
      await issue(registry, ref, 'live', { keyId: key.id });
      expect(await both(canary, ref)).toEqual([failed, failed]);
    });
  });
}
