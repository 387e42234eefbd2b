import { describe, expect, test } from 'vitest';
import { RekeyError } from '../../shared/domain/errors.ts';
import {
  type Fingerprint,
  fingerprintKeyOf,
  openHints,
  tagOf,
} from '../../shared/domain/leaks/fingerprint.ts';
import { fingerprintKeyName, openFingerprintKey } from '../../shared/driver/leaks/fingerprint-key.ts';
import { fingerprinting } from '../../shared/driver/leaks/fingerprinting-store.ts';
import type { Random } from '../../shared/ports/clock.ts';
import type { Fingerprints } from '../../shared/ports/fingerprints.ts';
import type { EpochKeys } from '../../shared/ports/keys.ts';
import type { SealRequest, SecretStore } from '../../shared/ports/store.ts';
import { uniqueName, uniqueVersionId } from './records.ts';

/** Fingerprints, and the store and keys that their own keys stand in. */
export interface FingerprintsUnderTest {
  readonly fingerprints: Fingerprints;
  /** As it is without them. */
  readonly store: SecretStore;
  readonly keys: EpochKeys;
  readonly random: Random;
}

/** What every home of the fingerprints keeps to. `create` is called once a test. */
export function describeFingerprints(name: string, create: () => Promise<FingerprintsUnderTest>): void {
  describe(`fingerprints ${name}`, () => {
    async function opened() {
      const under = await create();
      const key = await under.keys.ensure(uniqueName('payments'), 1, 'open');
      return { ...under, key, store: fingerprinting(under.store, under), bare: under.store };
    }

    const aValue = (keyId: string, about: Partial<SealRequest> = {}): SealRequest => ({
      ref: `vault://contracts/${uniqueName('secret')}`,
      versionId: uniqueVersionId(),
      epoch: 1,
      keyId,
      value: uniqueName('value-of-some-length'),
      ...about,
    });

    /** Whose value it is, by the fingerprints under a key. */
    async function recognise(
      { fingerprints, bare }: Awaited<ReturnType<typeof opened>>,
      keyId: string,
      value: string,
    ): Promise<string[]> {
      const key = await openFingerprintKey({ store: bare }, keyId, 'prover');
      const tag = tagOf(key, Buffer.from(value));
      return (await fingerprints.under(keyId))
        .filter((one) => Buffer.compare(one.tag, tag) === 0)
        .map(({ versionId }) => versionId);
    }

    const byTag = (one: Fingerprint) => Buffer.from(one.tag).toString('hex') + one.versionId;
    const sorted = (all: readonly Fingerprint[]) =>
      all
        .map(({ tag, hint, ...rest }) => ({ ...rest, tag: Buffer.from(tag), hint: Buffer.from(hint) }))
        .sort((one, other) => (byTag(one) < byTag(other) ? -1 : 1));

    test('[7.1] a value that is put is recognised, and only as its own version', async () => {
      const under = await opened();
      const [one, other] = [aValue(under.key.id), aValue(under.key.id)];
      await under.store.putPending([one, other]);
      expect(await recognise(under, under.key.id, one.value)).toEqual([one.versionId]);
      expect(await recognise(under, under.key.id, `${one.value}x`)).toEqual([]);
    });

    test('[7.1] a value is recognised before it is durable: a put that failed has left its fingerprint', async () => {
      const under = await opened();
      const value = aValue(under.key.id);
      const failing = fingerprinting(
        {
          ...under.bare,
          putPending: async (requests) => {
            if (requests[0]?.ref !== value.ref) return under.bare.putPending(requests);
            throw new RekeyError({ code: 'disk-full', family: 'Unrecoverable', message: 'no room' });
          },
        },
        under,
      );
      await expect(failing.putPending([value])).rejects.toMatchObject({ code: 'disk-full' });
      expect(await recognise(under, under.key.id, value.value)).toEqual([value.versionId]);
    });

    test('[7.1] what leaks alone is recognised too: the password of a document or of a URL', async () => {
      const under = await opened();
      const document = aValue(under.key.id, {
        value: JSON.stringify({ client_id: 'the-public-client', client_secret: 'the-secret-of-it' }),
      });
      const url = aValue(under.key.id, { value: 'postgres://app:p%40ssw0rd-of-app@db.test/app' });
      await under.store.putPending([document, url]);
      expect(await recognise(under, under.key.id, 'the-secret-of-it')).toEqual([document.versionId]);
      expect(await recognise(under, under.key.id, 'p%40ssw0rd-of-app')).toEqual([url.versionId]);
      expect(await recognise(under, under.key.id, 'p@ssw0rd-of-app')).toEqual([url.versionId]);
      expect(await recognise(under, under.key.id, 'the-public-client')).toEqual([]);
    });

    test('[1.5] no fingerprint is a plain hash: of the same value under two keys nothing is the same', async () => {
      const under = await opened();
      const second = await under.keys.ensure(under.key.className, 2, 'open');
      const one = aValue(under.key.id);
      const other = aValue(second.id, { value: one.value, epoch: 2 });
      await under.store.putPending([one, other]);
      const [first] = await under.fingerprints.under(under.key.id);
      const [again] = await under.fingerprints.under(second.id);
      if (first === undefined || again === undefined) throw new Error('no fingerprint');
      expect(first.tag).toHaveLength(16);
      expect(Buffer.compare(first.tag, again.tag)).not.toBe(0);
      expect(Buffer.compare(first.hint, again.hint)).not.toBe(0);
    });

    test('[7.1] what a value is looked for by opens with its key alone', async () => {
      const under = await opened();
      const value = aValue(under.key.id, { value: 'two lines\nof a value' });
      await under.store.putPending([value]);
      const all = await under.fingerprints.under(under.key.id);
      const right = await openFingerprintKey({ store: under.bare }, under.key.id, 'prover');
      expect(openHints(right, all)).toMatchObject([{ length: 20, hasLineBreak: true }]);
      const [wrong] = openHints(fingerprintKeyOf(Buffer.alloc(32, 7)), all);
      expect(wrong).not.toMatchObject({ length: 20 });
    });

    test('[7.1] put again, or by two at once, a value has one fingerprint', async () => {
      const under = await opened();
      const value = aValue(under.key.id);
      await Promise.all([under.store.putPending([value]), under.store.putPending([value])]);
      await under.store.putPending([value]);
      const all = await under.fingerprints.under(under.key.id);
      expect(all.map(({ ref, versionId }) => ({ ref, versionId }))).toEqual([
        { ref: value.ref, versionId: value.versionId },
      ]);
    });

    test('[7.1] each key’s are its own, listed, also thousands of them', async () => {
      const under = await opened();
      const second = await under.keys.ensure(under.key.className, 2, 'open');
      const many = Array.from(
        { length: 1_200 },
        (_, index): Fingerprint => ({
          ref: `vault://contracts/many-${index}`,
          versionId: uniqueVersionId(),
          tag: Buffer.from(under.random.bytes(16)),
          hint: Buffer.from(under.random.bytes(8)),
        }),
      );
      await under.fingerprints.save({ keyId: under.key.id, epoch: 1 }, many);
      await under.fingerprints.save({ keyId: second.id, epoch: 2 }, many.slice(0, 1));
      expect(sorted(await under.fingerprints.under(under.key.id))).toEqual(sorted(many));
      expect(await under.fingerprints.under(second.id)).toHaveLength(1);
      const listed = await under.fingerprints.keys();
      expect(listed).toContainEqual({ keyId: under.key.id, epoch: 1 });
      expect(listed).toContainEqual({ keyId: second.id, epoch: 2 });
    });

    test('[7.1] fingerprints die with the epoch: their key opens for nobody, and they are forgotten', async () => {
      const under = await opened();
      const second = await under.keys.ensure(under.key.className, 2, 'open');
      await under.store.putPending([aValue(under.key.id)]);
      await under.store.putPending([aValue(second.id, { epoch: 2 })]);
      await under.keys.destroy(under.key.className, under.key.id);
      await under.fingerprints.forget(under.key.id);
      await under.fingerprints.forget(under.key.id);
      for (const as of ['worker', 'prover'] as const) {
        await expect(openFingerprintKey({ store: under.bare }, under.key.id, as)).rejects.toMatchObject({
          code: 'key-destroyed',
        });
      }
      expect(await under.fingerprints.under(under.key.id)).toEqual([]);
      const listed = (await under.fingerprints.keys()).map(({ keyId }) => keyId);
      expect(listed).not.toContain(under.key.id);
      expect(listed).toContain(second.id);
    });

    test('[1.2] a closed key keeps its fingerprint key from readers', async () => {
      const under = await opened();
      await under.store.putPending([aValue(under.key.id)]);
      await under.keys.close(under.key.id);
      await expect(under.bare.read([fingerprintKeyName(under.key.id)], 'reader')).rejects.toMatchObject({
        code: 'key-closed',
      });
      await openFingerprintKey({ store: under.bare }, under.key.id, 'prover');
    });

    test('nothing to save is nothing saved', async () => {
      const { fingerprints, key } = await opened();
      await fingerprints.save({ keyId: key.id, epoch: 1 }, []);
      expect(await fingerprints.under(key.id)).toEqual([]);
    });
  });
}
