import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { sha256Hex } from '../../../domain/canonical.ts';
import type { Fingerprint } from '../../../domain/leaks/fingerprint.ts';
import type { Fingerprints } from '../../../ports/fingerprints.ts';
import { documentIn, packDocument } from './document.ts';
import { FINGERPRINTED, fingerprintedKey, fingerprintsKey, fingerprintsUnder } from './keys.ts';
import type { Timing } from './patience.ts';
import { createTable } from './table.ts';
import { ABSENT, keyOf, numberValue } from './write.ts';

/** Of one item: some 60 bytes each, packed, where an item holds 400 KB. */
const MOST_IN_ITEM = 500;

interface Packed {
  readonly fingerprints: readonly (readonly [ref: string, versionId: string, tag: string, hint: string])[];
}

/** Items of the registry: `e` a key's epoch; `d` the fingerprints of one batch, packed, named by what they are. */
export function createDynamoFingerprints(
  client: DynamoDBClient,
  tableName: string,
  timing: Timing,
): Fingerprints {
  const table = createTable(client, tableName, timing);
  return {
    async save({ keyId, epoch }, fingerprints) {
      if (fingerprints.length === 0) return;
      await table.write({
        kind: 'put',
        key: fingerprintedKey(keyId),
        attributes: { e: numberValue(epoch) },
        when: ABSENT,
      });
      for (let from = 0; from < fingerprints.length; from += MOST_IN_ITEM) {
        const some = fingerprints.slice(from, from + MOST_IN_ITEM);
        // By tag and version: the same again is the same item, and no order makes another.
        const names = some.map(({ tag, versionId }) => `${textOf(tag)} ${versionId}`).sort();
        await table.write({
          kind: 'put',
          key: fingerprintsKey(keyId, sha256Hex(names.join('\n'))),
          attributes: { d: { B: packDocument(pack(some)) } },
        });
      }
    },
    async keys() {
      const items = await table.query(FINGERPRINTED);
      return items.map((item) => ({ keyId: keyOf(item).sk, epoch: Number(item['e']?.N) }));
    },
    async under(keyId) {
      const items = await table.query(fingerprintsUnder(keyId));
      const found = items.flatMap((item) => unpack(documentIn<Packed>(item)));
      return [...new Map(found.map((one) => [`${textOf(one.tag)} ${one.versionId}`, one])).values()];
    },
    async forget(keyId) {
      for (const item of await table.query(fingerprintsUnder(keyId)))
        await table.write({ kind: 'delete', key: keyOf(item) });
      await table.write({ kind: 'delete', key: fingerprintedKey(keyId) });
    },
  };
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

function pack(fingerprints: readonly Fingerprint[]): Packed {
  return {
    fingerprints: fingerprints.map(({ ref, versionId, tag, hint }) => [
      ref,
      versionId,
      textOf(tag),
      textOf(hint),
    ]),
  };
}

function unpack({ fingerprints }: Packed): Fingerprint[] {
  return fingerprints.map(([ref, versionId, tag, hint]) => ({
    ref: ref as Fingerprint['ref'],
    versionId,
    tag: Buffer.from(tag, 'base64'),
    hint: Buffer.from(hint, 'base64'),
  }));
}
