import { describe, expect, test } from 'vitest';
import type { Rule } from '../../../../../shared/domain/detect/rule.ts';
import { shortHash } from '../../../../../shared/domain/detect/sliding.ts';
import {
  anOpening,
  aPerson,
  aRead,
  aRole,
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  MONDAY_MS,
  REFUSED,
  roleArn,
  type TrailJson,
} from '../../../../support/trail/records.ts';
import { aBench, entryOf, findingsOf, judged, known } from '../../../../support/trail/watch.ts';

const registered = { ledger: known('ledger') };
const SHOP_READS = [8, 6, 4, 2].map((days) =>
  aRead(MONDAY_MS - days * DAY_MS, 'ledger', { vpcEndpointId: null }),
);
const then = (rule: Rule, ...records: readonly TrailJson[]) =>
  findingsOf(rule, [...SHOP_READS, ...records], { registered });
const now = (about: TrailJson) => aRead(MONDAY_MS, 'ledger', about);

describe('[7.1] a principal that is new to a secret', () => {
  test('is told, with who read it before', () => {
    expect(then('new-principal', now({ userIdentity: aRole('Debug') }))).toMatchObject([
      {
        severity: 'medium',
        certainty: 'possible',
        principal: roleArn('Debug'),
        ref: 'vault://ledger',
        seen: `${roleArn('Debug')} read vault://ledger for the first time, from 203.0.113.7`,
        unusual: 'it was read by 1 principal in 8 days, and by this one 0 times',
      },
    ]);
  });

  test('also where only the key’s log tells of him', () => {
    expect(
      then('new-principal', anOpening(MONDAY_MS, 'ledger', { userIdentity: aRole('Debug') })),
    ).toHaveLength(1);
  });

  test('is nobody that a role’s caller can make up by another session’s name', () => {
    expect(then('new-principal', now({ userIdentity: aRole('Shop', 'another-session') }))).toEqual([]);
  });

  test('is each person that comes in by one role of IAM Identity Center', () => {
    const byBob = aRead(MONDAY_MS - 5 * DAY_MS, 'ledger', { userIdentity: aPerson('bob@example.com') });
    const found = then('new-principal', byBob, now({ userIdentity: aPerson('eve@example.com') }));
    expect(found).toHaveLength(1);
  });

  test('of a secret that is not known for a week is nothing new', () => {
    const young = SHOP_READS.slice(1);
    expect(
      findingsOf('new-principal', [...young, now({ userIdentity: aRole('Debug') })], { registered }),
    ).toEqual([]);
  });

  test('and refused has not read it: nor does a refusal make him known', () => {
    const refused = aRead(MONDAY_MS - HOUR_MS, 'ledger', { ...REFUSED, userIdentity: aRole('Debug') });
    expect(then('new-principal', refused)).toEqual([]);
    expect(then('new-principal', refused, now({ userIdentity: aRole('Debug') }))).toHaveLength(1);
  });

  test('is told once: from a quarter of an hour later on he is known', () => {
    const reads = Array.from({ length: 60 }, (_, index) =>
      aRead(MONDAY_MS + index * MINUTE_MS, 'ledger', { userIdentity: aRole('Debug') }),
    );
    expect(then('new-principal', ...reads)).toHaveLength(1);
  });

  test('of a secret that everybody reads is nothing new', () => {
    const crowd = Array.from({ length: 40 }, (_, index) =>
      aRead(MONDAY_MS - 7 * DAY_MS + index * MINUTE_MS, 'ledger', { userIdentity: aRole(`Role${index}`) }),
    );
    expect(then('new-principal', ...crowd, now({ userIdentity: aRole('Debug') }))).toEqual([]);
  });

  test('is new though he chose a name of which the short hash is known', () => {
    const names = new Map<number, string>();
    let twins: readonly string[] = [];
    for (let index = 0; twins.length === 0; index += 1) {
      const name = `Role${index}`;
      const twin = names.get(shortHash(roleArn(name)));
      if (twin !== undefined) twins = [twin, name];
      names.set(shortHash(roleArn(name)), name);
    }
    const [one = '', other = ''] = twins;
    const known = aRead(MONDAY_MS - 5 * DAY_MS, 'ledger', { userIdentity: aRole(one) });
    expect(then('new-principal', known, now({ userIdentity: aRole(one) }))).toEqual([]);
    expect(then('new-principal', known, now({ userIdentity: aRole(other) }))).toHaveLength(1);
  });

  test('of a secret that is not enrolled is nothing to us', () => {
    const reads = [...SHOP_READS, now({ userIdentity: aRole('Debug') })];
    expect(findingsOf('new-principal', reads)).toEqual([]);
  });
});

describe('[7.1] a network that is new to a secret', () => {
  test('is told', () => {
    const [finding] = then('new-network', now({ sourceIPAddress: '198.51.100.9' }));
    expect(finding?.seen).toContain('from 198.51.100.9, of network 198.51.100.0/24');
    expect(finding?.unusual).toBe('it was read from 1 network in 8 days, and from this one 0 times');
  });

  test('an endpoint of another VPC is one', () => {
    expect(
      then('new-network', now({ vpcEndpointId: 'vpce-2', sourceIPAddress: '203.0.113.7' })),
    ).toHaveLength(1);
  });

  test('so is another /48', () => {
    const from = (address: string, days = 0) =>
      aRead(MONDAY_MS - days * DAY_MS, 'ledger', { sourceIPAddress: address });
    expect(then('new-network', from('2001:db8:1::7', 6), from('2001:db8:1:ffff::9'))).toEqual([]);
    expect(then('new-network', from('2001:db8:1::7', 6), from('2001:db8:2::7'))).toHaveLength(1);
  });

  test.each([
    ['another address of the same', { sourceIPAddress: '203.0.113.200' }],
    ['none that is told', { sourceIPAddress: null }],
  ])('%s is not', (_of, about) => {
    expect(then('new-network', now(about))).toEqual([]);
  });

  test('the address in a key’s log is the store’s, and no network', () => {
    expect(then('new-network', anOpening(MONDAY_MS, 'ledger'))).toEqual([]);
  });
});

describe('[7.1] a region that is new to a secret', () => {
  test('is told', () => {
    const [finding] = then('new-region', now({ awsRegion: 'us-east-1' }));
    expect(finding).toMatchObject({ severity: 'high' });
    expect(finding?.unusual).toBe(
      'it was read in 1 region in 8 days (eu-central-1), and in this one 0 times',
    );
  });

  test('the one as ever is not', () => {
    expect(then('new-region', now({}))).toEqual([]);
  });
});

test('[7.1] what reads a secret fills no state: beyond a crowd nothing is remembered', () => {
  const bench = aBench();
  const entries = Array.from({ length: 500 }, (_, index) =>
    entryOf(aRead(MONDAY_MS + index, 'ledger', { userIdentity: aRole(`Role${index}`) }), registered),
  );
  judged(entries, bench);
  expect(bench.memory.get('new-principal', 'vault://ledger')).toMatchObject({ crowded: true, whats: [] });
});
