import { describe, expect, test } from 'vitest';
import {
  aCall,
  anOpening,
  aRead,
  aRole,
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  MONDAY_MS,
  REFUSED,
  roleArn,
  secretArn,
  type TrailJson,
} from '../../../../support/trail/records.ts';
import { aBench, entryOf, findingsOf, judged } from '../../../../support/trail/watch.ts';

const RULE = 'enumeration';
const TERRAFORM = { userIdentity: aRole('Terraform'), userAgent: 'HashiCorp Terraform/1.9' };

/** So many secrets, one after the other, the first at an instant. */
const reads = (atMs: number, count: number, everyMs: number, about: TrailJson = {}) =>
  Array.from({ length: count }, (_, index) => aRead(atMs + index * everyMs, `secret-${index}`, about));

describe('[7.1] enumeration', () => {
  test('ten secrets within twenty minutes that the principal never read', () => {
    const [finding, ...others] = findingsOf(RULE, reads(MONDAY_MS, 10, 10_000));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      severity: 'high',
      certainty: 'likely',
      principal: roleArn('Shop'),
      seen: `${roleArn('Shop')} read 10 secrets within 20m that it never read before, the last secret-9 from 203.0.113.7`,
      unusual: '0 secrets are all that it had read until then; 10 new ones within 20m are too many',
      next: `rekey quarantine --principal ${roleArn('Shop')}`,
    });
    expect(finding?.evidence).toHaveLength(10);
  });

  test('nine are not', () => {
    expect(findingsOf(RULE, reads(MONDAY_MS, 9, 10_000))).toEqual([]);
  });

  test('a refresh of twenty secrets a minute, again and again, passes', () => {
    // What it works with, it came to know over months: a few secrets a week.
    const past = Array.from({ length: 20 }, (_, index) =>
      aRead(MONDAY_MS - (200 - 5 * index) * DAY_MS, `secret-${index}`, TERRAFORM),
    );
    const refreshes = Array.from({ length: 60 }, (_, minute) =>
      reads(MONDAY_MS + minute * MINUTE_MS, 20, 2_000, TERRAFORM),
    ).flat();
    expect(findingsOf(RULE, [...past, ...refreshes])).toEqual([]);
  });

  test('with three new ones in each it passes still, where it looked at nothing before', () => {
    const past = Array.from({ length: 20 }, (_, index) =>
      aRead(MONDAY_MS - (200 - 5 * index) * DAY_MS, `secret-${index}`, TERRAFORM),
    );
    expect(findingsOf(RULE, [...past, ...reads(MONDAY_MS, 23, 2_000, TERRAFORM)])).toEqual([]);
  });

  test('who lists first and then reads four that are new to him is found', () => {
    const list = aCall(MONDAY_MS - 40 * MINUTE_MS, 'ListSecrets', { requestParameters: { maxResults: 100 } });
    expect(findingsOf(RULE, [list, ...reads(MONDAY_MS, 3, 10_000)])).toEqual([]);
    const [finding] = findingsOf(RULE, [list, ...reads(MONDAY_MS, 4, 10_000)]);
    expect(finding?.seen).toContain(
      'read 4 secrets within 20m that it never read before, after looking what there is',
    );
  });

  test('who describes them is looking too', () => {
    const looks = Array.from({ length: 4 }, (_, index) =>
      aCall(MONDAY_MS - MINUTE_MS, 'DescribeSecret', {
        requestParameters: { secretId: secretArn(`secret-${index}`) },
      }),
    );
    expect(findingsOf(RULE, [...looks, ...reads(MONDAY_MS, 4, 10_000)])).toHaveLength(1);
    expect(findingsOf(RULE, reads(MONDAY_MS, 4, 10_000))).toEqual([]);
  });

  test('a list of yesterday says nothing of today', () => {
    const list = aCall(MONDAY_MS - 5 * HOUR_MS, 'ListSecrets');
    expect(findingsOf(RULE, [list, ...reads(MONDAY_MS, 4, 10_000)])).toEqual([]);
  });

  test('five a day, below every short window, are found within a week', () => {
    const daily = Array.from({ length: 25 }, (_, index) =>
      aRead(MONDAY_MS + Math.floor(index / 5) * DAY_MS + (index % 5) * HOUR_MS, `secret-${index}`),
    );
    const found = findingsOf(RULE, daily);
    expect(found.map(({ id }) => id.slice(0, 22))).toEqual([
      'enumeration-2026-11-26',
      'enumeration-2026-11-27',
    ]);
    expect(found[0]).toMatchObject({ severity: 'medium', certainty: 'possible' });
    expect(found[0]?.unusual).toContain('20 new ones within 1w are too many');
  });

  test('two a day are not', () => {
    const daily = Array.from({ length: 60 }, (_, index) =>
      aRead(MONDAY_MS + Math.floor(index / 2) * DAY_MS + (index % 2) * HOUR_MS, `secret-${index}`),
    );
    expect(findingsOf(RULE, daily)).toEqual([]);
  });

  test('a batch is a flag: its reads count once, and by themselves', () => {
    const batch = aCall(MONDAY_MS, 'BatchGetSecretValue', {
      requestParameters: { secretIdList: ['a', 'b'] },
    });
    const [finding] = findingsOf(RULE, [batch, ...reads(MONDAY_MS, 10, 0)]);
    expect(finding?.seen).toContain('read 10 secrets');
    expect(finding?.seen).toContain('with batch reads');
    expect(
      findingsOf(
        RULE,
        Array.from({ length: 30 }, () => batch),
      ),
    ).toEqual([]);
  });

  test('the key that is opened for a read is the same secret; where no read goes with it, it is found by it', () => {
    const opened = (count: number) =>
      Array.from({ length: count }, (_, index) => anOpening(MONDAY_MS + index * 1_000, `secret-${index}`));
    expect(findingsOf(RULE, [...reads(MONDAY_MS, 9, 1_000), ...opened(9)])).toEqual([]);
    expect(findingsOf(RULE, opened(10))).toHaveLength(1);
  });

  test('what was refused was not read: another rule counts it', () => {
    expect(findingsOf(RULE, reads(MONDAY_MS, 50, 1_000, REFUSED))).toEqual([]);
  });

  test('the stream itself has to be known for a week: on its first day everything is new', () => {
    const bench = aBench();
    const young = { ...bench, ground: { ...bench.ground, watchedSinceMs: MONDAY_MS - DAY_MS } };
    const entries = reads(MONDAY_MS, 50, 1_000).map((record) => entryOf(record));
    expect(judged(entries, young).findings.filter(({ finding }) => finding.rule === RULE)).toEqual([]);
  });

  test('who reads a million secrets is found, and then takes no more room', () => {
    const bench = aBench();
    const entries = reads(MONDAY_MS, 3_000, 1_000).map((record) => entryOf(record));
    const { findings } = judged(entries, bench);
    expect(findings.some(({ finding }) => finding.rule === RULE)).toBe(true);
    expect(JSON.stringify(bench.memory.get(RULE, roleArn('Shop'))).length).toBeLessThan(1_000);
  });
});
