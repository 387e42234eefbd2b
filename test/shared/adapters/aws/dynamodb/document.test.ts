import { expect, test } from 'vitest';
import { packDocument, unpackDocument } from '../../../../../shared/adapters/aws/dynamodb/document.ts';
import { packParts, unpackParts } from '../../../../../shared/adapters/aws/dynamodb/parts.ts';
import { seededRandom } from '../../../../support/clock.ts';

/** As the first release wrote it: its words are part of the format. */
const WRITTEN_ONCE =
  'AY3UQQqDMBCF4bu4D868MYkeJ5qJG1sKdVOKdxezMZRGPMKD7/3fphrIV/g89Lm+20XjrMeW7NdFSkhWjUzWGxtoNENkNS5xomkIfuzQFClD2ZBr+czMACAikm9A5w/+eq/x/h3Ot8g7dr1HR9h2';

test('[6.3] what was written once is read for ever', () => {
  expect(unpackDocument(Buffer.from(WRITTEN_ONCE, 'base64'))).toEqual({
    v: 1,
    ref: 'vault://prod/payments/ledger',
    id: '6d0f2f5e-3c57-5a0b-9d1e-6f1f0c9a7b42',
    ordinal: 2,
    epoch: 2,
    keyId: 'arn:aws:kms:us-east-1:111122223333:key/0',
    fate: 'revoked-unproven',
    reason: 'awaiting proof',
    operation: 'inc-1',
    valueHeld: true,
    createdAtMs: 1_795_616_872_402,
  });
});

test('a record of a later release is refused rather than guessed at', () => {
  const later = Buffer.concat([Uint8Array.of(2), packDocument({ v: 1 }).subarray(1)]);
  expect(() => unpackDocument(later)).toThrow(expect.objectContaining({ code: 'state-too-new' }));
});

test('[5.4] a list of 10,000 names that have nothing in common is cut into items, and comes back whole', () => {
  const random = seededRandom(7);
  const names = Array.from(
    { length: 10_000 },
    () => `vault://prod/${Buffer.from(random.bytes(60)).toString('base64url')}`,
  );
  const parts = packParts({ names });
  expect(parts.length).toBeGreaterThan(1);
  expect(parts.every((part) => part.length <= 380_000)).toBe(true);
  expect(unpackParts(parts)).toEqual({ names });
});
