import { expect, test } from 'vitest';
import { aCall, MONDAY_MS, secretArn } from '../../../support/trail/records.ts';
import { aBench, entryOf, judged, known } from '../../../support/trail/watch.ts';

const registered = { ledger: known('ledger') };
const entry = entryOf(
  aCall(MONDAY_MS, 'PutSecretValue', { requestParameters: { secretId: secretArn('ledger') } }),
  registered,
);

test('[7.1] what Rekey’s own roles change is not behind its back', () => {
  if (entry.change === undefined) throw new Error('it is no change');
  expect(judged([entry]).findings).toHaveLength(1);
  const own = { ...entry, change: { ...entry.change, own: true as const } };
  expect(judged([own], aBench()).findings).toEqual([]);
});

test('[7.1] a key of a class is the class’s, though it is no secret’s', () => {
  const { ref: _ref, ...rest } = entry;
  const change = { eventId: 'e', name: 'DisableKey', kind: 'role', keyId: 'key-1' } as const;
  expect(judged([{ ...rest, change }], aBench()).findings).toMatchObject([
    {
      finding: {
        severity: 'critical',
        className: 'payments',
        seen: expect.stringContaining('DisableKey of key-1'),
      },
    },
  ]);
});
