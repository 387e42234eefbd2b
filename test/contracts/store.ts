import { describe, expect, test } from 'vitest';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import type { EpochKeys } from '../../shared/ports/keys.ts';
import type { SealRequest, SecretStore, VersionName } from '../../shared/ports/store.ts';
import { uniqueName, uniqueVersionId } from './records.ts';

/** A store, the keys that its values are under, and what the vault itself serves. */
export interface StoreUnderTest {
  readonly store: SecretStore;
  readonly keys: EpochKeys;
  /** The version that the vault's own current label of a secret is on; null where it has none. */
  readonly current: (ref: SecretRef) => Promise<string | null>;
}

/** What every store keeps to. `create` is called once a test. */
export function describeStore(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(`store ${name}`, () => {
    async function opened(initial: 'open' | 'closed' = 'open') {
      const under = await create();
      const key = await under.keys.ensure(uniqueName('payments'), 1, initial);
      return { ...under, key };
    }

    function aValue(keyId: string, about: Partial<SealRequest> = {}): SealRequest {
      return {
        ref: `vault://contracts/${uniqueName('secret')}`,
        versionId: uniqueVersionId(),
        epoch: 1,
        keyId,
        value: uniqueName('value'),
        ...about,
      };
    }

    const nameOf = ({ ref, versionId }: VersionName): VersionName => ({ ref, versionId });
    const valueOf = ({ value }: SealRequest): string => value;

    test('[5.4] what is put is durable, all of it, when it resolves, and is read in the order asked', async () => {
      const { store, key } = await opened();
      const requests = Array.from({ length: 60 }, () => aValue(key.id));
      expect(await store.putPending(requests)).toEqual(requests.map(() => 'made'));
      const asked = [...requests].reverse();
      expect(await store.read(asked.map(nameOf), 'worker')).toEqual(asked.map(valueOf));
      const [one] = requests;
      if (one === undefined) throw new Error('no request');
      expect(await store.read([nameOf(one), nameOf(one)], 'worker')).toEqual([one.value, one.value]);
    });

    test('[5.4] a version that exists keeps its first value: what is durable is what is installed', async () => {
      const { store, key } = await opened();
      const first = aValue(key.id);
      const fresh = aValue(key.id);
      expect(await store.putPending([first])).toEqual(['made']);
      // Who has just made the name up hears that it was there.
      expect(await store.putPending([{ ...first, value: 'another' }, fresh])).toEqual(['there', 'made']);
      expect(await store.read([nameOf(first), nameOf(fresh)], 'worker')).toEqual([first.value, fresh.value]);
    });

    test('[5.4] of two who put one version at once both read the same value afterwards', async () => {
      const { store, key } = await opened();
      const one = aValue(key.id);
      const two = { ...one, value: uniqueName('value') };
      const held = await Promise.all([one, two].map((request) => store.putPending([request])));
      const [value] = await store.read([nameOf(one)], 'worker');
      const sure = [one, two].filter((_, index) => held[index]?.[0] === 'made');
      expect(sure.every((request) => request.value === value)).toBe(true);
      expect([one.value, two.value]).toContain(value);
      await store.putPending([one]);
      expect(await store.read([nameOf(one)], 'worker')).toEqual([value]);
    });

    test.each([
      ['one character', '7'],
      ['what needs quoting', '"\'\\\n\t{"a":1}$(x)'],
      ['more than one script', 'pässwörd-密码-🔑'],
      ['a key of 10,000 characters', 'k'.repeat(10_000)],
      ['the most that a store takes', 'm'.repeat(65_536)],
    ])('[1.1] a value of %s comes back as it was put', async (_name, value) => {
      const { store, key } = await opened();
      const request = aValue(key.id, { value });
      await store.putPending([request]);
      expect(await store.read([nameOf(request)], 'reader')).toEqual([value]);
    });

    test('[1.3] each version of a secret has its own value', async () => {
      const { store, key } = await opened();
      const older = aValue(key.id);
      const newer = aValue(key.id, { ref: older.ref });
      await store.putPending([older]);
      await store.putPending([newer]);
      expect(await store.read([nameOf(newer), nameOf(older)], 'prover')).toEqual([newer.value, older.value]);
    });

    test('[1.2] a version that the store does not hold, or holds for another secret, fails the whole read', async () => {
      const { store, key } = await opened();
      const [one, other] = [aValue(key.id), aValue(key.id)];
      await store.putPending([one, other]);
      for (const name of [
        { ref: one.ref, versionId: uniqueVersionId() },
        { ref: one.ref, versionId: other.versionId },
        { ref: 'vault://contracts/none', versionId: one.versionId } as const,
      ]) {
        await expect(store.read([nameOf(one), name], 'prover')).rejects.toMatchObject({
          family: 'NotFound',
          code: 'version-missing',
        });
      }
    });

    test('[7.2] a closed key refuses readers, and never who proves old versions dead', async () => {
      const { store, keys, key } = await opened();
      const request = aValue(key.id);
      await store.putPending([request]);
      await keys.close(key.id);
      await expect(store.read([nameOf(request)], 'reader')).rejects.toMatchObject({
        family: 'Denied',
        code: 'key-closed',
      });
      expect(await store.read([nameOf(request)], 'prover')).toEqual([request.value]);
      await keys.open(key.id);
      expect(await store.read([nameOf(request)], 'reader')).toEqual([request.value]);
    });

    test('[7.2] one value under a closed key fails the whole read, under another key none does', async () => {
      const { store, keys, key } = await opened();
      const other = await keys.ensure(key.className, 2, 'closed');
      const [open, closed] = [aValue(key.id), aValue(other.id, { epoch: 2 })];
      await store.putPending([open, closed]);
      await expect(store.read([nameOf(open), nameOf(closed)], 'reader')).rejects.toMatchObject({
        code: 'key-closed',
      });
      expect(await store.read([nameOf(open)], 'reader')).toEqual([open.value]);
    });

    test('[5.4] what is put under a key that was never open is the worker’s alone', async () => {
      const { store, key } = await opened('closed');
      const request = aValue(key.id);
      await store.putPending([request]);
      expect(await store.read([nameOf(request)], 'worker')).toEqual([request.value]);
      await expect(store.read([nameOf(request)], 'reader')).rejects.toMatchObject({ code: 'key-closed' });
    });

    test('[1.1] what was under a destroyed key nobody reads again, and nothing is put under it', async () => {
      const { store, keys, key } = await opened();
      const request = aValue(key.id);
      await store.putPending([request]);
      await keys.destroy(key.className, key.id);
      const destroyed = { family: 'Unrecoverable', code: 'key-destroyed' };
      for (const as of ['reader', 'worker', 'prover'] as const) {
        await expect(store.read([nameOf(request)], as)).rejects.toMatchObject(destroyed);
      }
      await expect(store.putPending([aValue(key.id)])).rejects.toMatchObject(destroyed);
    });

    test('[5.1] a new value is current once it is promoted and not before, and the one before is not any more', async () => {
      const { store, key, current } = await opened();
      const older = aValue(key.id);
      const newer = aValue(key.id, { ref: older.ref });
      const other = aValue(key.id);
      await store.putPending([older]);
      await store.promote([nameOf(older)]);
      expect(await current(older.ref)).toBe(older.versionId);
      await store.putPending([newer, other]);
      expect(await current(older.ref)).toBe(older.versionId);
      await store.promote([nameOf(newer), nameOf(other)]);
      await store.promote([nameOf(newer)]);
      expect([await current(newer.ref), await current(other.ref)]).toEqual([
        newer.versionId,
        other.versionId,
      ]);
      expect(await store.read([nameOf(older)], 'prover')).toEqual([older.value]);
    });

    test('[5.1] what the store does not hold for a secret cannot become its current one', async () => {
      const { store, key, current } = await opened();
      const [one, other] = [aValue(key.id), aValue(key.id)];
      await store.putPending([one, other]);
      await store.promote([nameOf(one)]);
      const before = [await current(one.ref), await current(other.ref)];
      for (const versionId of [uniqueVersionId(), other.versionId]) {
        await expect(store.promote([{ ref: one.ref, versionId }])).rejects.toMatchObject({
          family: 'NotFound',
          code: 'version-missing',
        });
      }
      expect(before[0]).toBe(one.versionId);
      expect([await current(one.ref), await current(other.ref)]).toEqual(before);
    });

    test('nothing to put, read or promote is nothing done', async () => {
      const { store } = await opened();
      await store.putPending([]);
      await store.promote([]);
      expect(await store.read([], 'reader')).toEqual([]);
    });
  });
}
