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
import { findingsOf } from '../../../../support/trail/watch.ts';

const RULE = 'denied-reads';
/** So many refusals, one every so many minutes. */
const refusals = (count: number, everyMinutes: number, about: (index: number) => TrailJson = () => ({})) =>
  Array.from({ length: count }, (_, index) =>
    aRead(MONDAY_MS + index * everyMinutes * MINUTE_MS, `secret-${index}`, { ...REFUSED, ...about(index) }),
  );

describe('[7.1] repeatedly denied reads', () => {
  test('five refusals within an hour are told, with how many, of what, and what to do', () => {
    const [finding, ...others] = findingsOf(RULE, refusals(5, 10));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      id: expect.stringMatching(/^denied-reads-2026-11-23-[0-9a-f]{12}$/),
      atMs: MONDAY_MS + 40 * MINUTE_MS,
      principal: roleArn('Shop'),
      severity: 'high',
      certainty: 'likely',
      next: `rekey quarantine --principal ${roleArn('Shop')}`,
    });
    expect(finding?.seen).toBe(
      `${roleArn('Shop')} was refused 5 times within 1h, 5 different secrets, the last secret-4 from 203.0.113.7; 5 times that day`,
    );
    expect(finding?.unusual).toBe('5 refusals within 1h are taken for probing, 5 came');
    expect(finding?.evidence).toHaveLength(5);
  });

  test('four are not, nor five over a morning', () => {
    expect(findingsOf(RULE, refusals(4, 10))).toEqual([]);
    expect(findingsOf(RULE, refusals(5, 15))).toEqual([]);
  });

  test('reads that are let are no refusals', () => {
    expect(
      findingsOf(
        RULE,
        refusals(50, 1, () => ({ errorCode: null, errorMessage: null })),
      ),
    ).toEqual([]);
  });

  test('below the threshold of an hour, but twenty within a day', () => {
    expect(findingsOf(RULE, refusals(19, 70))).toEqual([]);
    const [finding] = findingsOf(RULE, refusals(20, 70));
    expect(finding?.unusual).toBe('20 refusals within 1d are taken for probing, 20 came');
  });

  test('a thousand are one finding, with its figure kept up', () => {
    const found = findingsOf(RULE, refusals(1_000, 0.1));
    expect(found).toHaveLength(1);
    expect(found[0]?.seen).toContain('640 times that day');
  });

  test('a name that there is not is a guess', () => {
    const guesses = refusals(5, 1, () => ({
      errorCode: 'ResourceNotFoundException',
      errorMessage: 'not found',
    }));
    expect(findingsOf(RULE, guesses)).toHaveLength(1);
  });

  test('a refusal that has its secret in the message alone is of that secret', () => {
    const records = refusals(5, 1, () => ({
      requestParameters: null,
      errorMessage: `User is not authorized to perform: secretsmanager:GetSecretValue on resource: ${secretArn('ledger')} because`,
    }));
    const [finding] = findingsOf(RULE, records);
    expect(finding).toMatchObject({ ref: 'ledger', severity: 'medium', certainty: 'possible' });
  });

  test('the key that is refused for a read is no second refusal', () => {
    const both = (count: number) =>
      refusals(count, 5).flatMap((record, index) => [
        record,
        anOpening(MONDAY_MS + index * 5 * MINUTE_MS, `secret-${index}`, REFUSED),
      ]);
    expect(findingsOf(RULE, both(4))).toEqual([]);
    expect(findingsOf(RULE, both(5))).toHaveLength(1);
  });

  test('and where no read goes with it, it is the refusal', () => {
    const opened = Array.from({ length: 5 }, (_, index) =>
      anOpening(MONDAY_MS + index * MINUTE_MS, `secret-${index}`, REFUSED),
    );
    expect(findingsOf(RULE, opened)).toHaveLength(1);
  });

  test('many who are refused one secret, each of them seldom', () => {
    const by = (roles: number) =>
      Array.from({ length: 6 }, (_, index) =>
        aRead(MONDAY_MS + index * MINUTE_MS, 'ledger', {
          ...REFUSED,
          userIdentity: aRole(`Role${index % roles}`),
          sourceIPAddress: `198.51.100.${index}`,
        }),
      );
    expect(findingsOf(RULE, by(2))).toEqual([]);
    const [finding] = findingsOf(RULE, by(3));
    expect(finding).toMatchObject({ ref: 'ledger', severity: 'high' });
    expect(finding).not.toHaveProperty('principal');
  });

  test('and from one address, each secret of them once', () => {
    const records = refusals(6, 1, (index) => ({ userIdentity: aRole(`Role${index % 3}`) }));
    const [finding] = findingsOf(RULE, records);
    expect(finding?.seen).toMatch(/^3 principals were refused 5 times within 1h from 203\.0\.113\.7/);
  });

  test('a list that is refused counts too', () => {
    const records = Array.from({ length: 5 }, (_, index) =>
      aCall(MONDAY_MS + index * MINUTE_MS, 'ListSecrets', REFUSED),
    );
    expect(findingsOf(RULE, records)).toHaveLength(1);
  });

  test('each day of a probe is found anew', () => {
    const found = findingsOf(RULE, [
      ...refusals(5, 1),
      ...refusals(5, 1).map((record) => later(record, DAY_MS)),
    ]);
    expect(found.map(({ id }) => id.slice(0, 23))).toEqual([
      'denied-reads-2026-11-23',
      'denied-reads-2026-11-24',
    ]);
  });
});

function later(record: TrailJson, ms: number): TrailJson {
  return {
    ...record,
    eventID: `${String(record['eventID'])}-later`,
    eventTime: new Date(Date.parse(String(record['eventTime'])) + ms).toISOString(),
  };
}

test('[7.1] a principal’s name is quoted in the command, whatever stands in it', () => {
  const name = "Shop'; rm -rf ~ #\u001b[2J\u202e";
  const [finding] = findingsOf(
    RULE,
    refusals(5, 1, () => ({ userIdentity: { type: 'IAMUser', arn: name } })),
  );
  expect(finding?.next).toBe("rekey quarantine --principal $'Shop\\'; rm -rf ~ #\\U0000001b[2J\\U0000202e'");
});

test('[7.1] refusals of a day that lie an hour apart are below every threshold', () => {
  expect(findingsOf(RULE, refusals(10, (2 * HOUR_MS) / MINUTE_MS))).toEqual([]);
});
