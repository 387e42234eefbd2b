import { describe, expect, test } from 'vitest';
import {
  aCall,
  anOpening,
  aRead,
  MINUTE_MS,
  MONDAY_MS,
  REFUSED,
  roleArn,
  secretArn,
} from '../../../../support/trail/records.ts';
import { findingsOf, known } from '../../../../support/trail/watch.ts';

const registered = { lure: known('lure', { decoy: true }), ledger: known('ledger') };
const found = (...records: Parameters<typeof findingsOf>[1]) => findingsOf('decoy', records, { registered });

describe('[7.1] a decoy', () => {
  test('read once is found, for certain', () => {
    expect(found(aRead(MONDAY_MS, 'lure'))).toMatchObject([
      {
        severity: 'critical',
        certainty: 'certain',
        principal: roleArn('Shop'),
        ref: 'vault://lure',
        className: 'payments',
        seen: `${roleArn('Shop')} read the decoy vault://lure from 203.0.113.7, once that day`,
        next: `rekey quarantine --principal ${roleArn('Shop')}`,
      },
    ]);
  });

  test('tried in vain is found as well', () => {
    expect(found(aRead(MONDAY_MS, 'lure', REFUSED))).toMatchObject([
      { severity: 'critical', seen: expect.stringContaining('tried to read') },
    ]);
  });

  test('of which only the key tells is found', () => {
    expect(found(anOpening(MONDAY_MS, 'lure'))).toHaveLength(1);
  });

  test('that is described may be an inventory’s', () => {
    const described = aCall(MONDAY_MS, 'DescribeSecret', {
      requestParameters: { secretId: secretArn('lure') },
    });
    expect(found(described)).toMatchObject([{ severity: 'medium', certainty: 'possible' }]);
  });

  test('touched a hundred times is one finding', () => {
    const reads = Array.from({ length: 100 }, (_, index) => aRead(MONDAY_MS + index * MINUTE_MS, 'lure'));
    expect(found(...reads)).toMatchObject([{ seen: expect.stringContaining('64 times that day') }]);
  });

  test('is left alone by who reads another secret, or lists them all', () => {
    expect(found(aRead(MONDAY_MS, 'ledger'), aCall(MONDAY_MS, 'ListSecrets'))).toEqual([]);
  });
});
