import { describe, expect, test } from 'vitest';
import { backtest } from '../../../../shared/domain/detect/backtest.ts';
import { STANDARD_POLICY } from '../../../../shared/domain/detect/policy.ts';
import {
  aRead,
  aRole,
  DAY_MS,
  MINUTE_MS,
  MONDAY_MS,
  REFUSED,
  roleArn,
} from '../../../support/trail/records.ts';
import { entryOf, policyWith } from '../../../support/trail/watch.ts';

/** Six refusals on each of three days, of two roles in turn. */
const past = () =>
  [0, 1, 2].flatMap((day) =>
    Array.from({ length: 6 }, (_, index) =>
      entryOf(
        aRead(MONDAY_MS + day * DAY_MS + index * MINUTE_MS, `secret-${index}`, {
          ...REFUSED,
          userIdentity: aRole(day === 1 ? 'Probe' : 'Shop'),
        }),
      ),
    ),
  );

describe('[7.1] a policy tried on the past', () => {
  test('says what it finds a day, by rule and by whom', () => {
    const result = backtest(past(), { proposed: STANDARD_POLICY, enrolled: STANDARD_POLICY });
    expect(result).toMatchObject({ entries: 18, repeated: 0, days: 3, added: [], lost: [] });
    expect(result.rules).toEqual([
      {
        rule: 'denied-reads',
        mode: 'observe',
        findings: 3,
        suppressed: 0,
        aDay: 1,
        mostADay: 1,
        subjects: [
          { subject: roleArn('Shop'), findings: 2 },
          { subject: roleArn('Probe'), findings: 1 },
        ],
        added: 0,
        lost: 0,
      },
    ]);
    expect(result.byDay).toEqual([
      { date: '2026-11-23', findings: { 'denied-reads': 1 } },
      { date: '2026-11-24', findings: { 'denied-reads': 1 } },
      { date: '2026-11-25', findings: { 'denied-reads': 1 } },
    ]);
  });

  test('says what is lost against the enrolled one, and what is new', () => {
    const strict = policyWith('denied-reads', { threshold: 8 });
    const lost = backtest(past(), { proposed: strict, enrolled: STANDARD_POLICY });
    expect(lost.lost).toHaveLength(3);
    expect(lost.rules).toMatchObject([{ rule: 'denied-reads', findings: 0, added: 0, lost: 3 }]);
    const added = backtest(past(), { proposed: STANDARD_POLICY, enrolled: strict });
    expect(added.added.map(({ principal }) => principal)).toEqual([
      roleArn('Shop'),
      roleArn('Probe'),
      roleArn('Shop'),
    ]);
  });

  test('what it suppresses is counted apart, and is lost', () => {
    const suppressions = [
      {
        rule: 'denied-reads',
        principal: '*:role/Shop',
        owner: 'ada',
        reason: 'known',
        untilMs: MONDAY_MS + DAY_MS,
      },
    ] as const;
    const proposed = policyWith('denied-reads', {}, { suppressions });
    const result = backtest(past(), { proposed, enrolled: STANDARD_POLICY });
    expect(result.rules).toMatchObject([{ findings: 2, suppressed: 1, lost: 1 }]);
    expect(result.lost).toHaveLength(1);
  });

  test('what the files tell twice, or out of order, is judged once and in order', () => {
    const entries = past();
    const shuffled = [...entries, ...entries].reverse();
    const result = backtest(shuffled, { proposed: STANDARD_POLICY, enrolled: STANDARD_POLICY });
    expect(result).toMatchObject({ entries: 18, repeated: 18 });
    expect(result.rules).toEqual(
      backtest(past(), { proposed: STANDARD_POLICY, enrolled: STANDARD_POLICY }).rules,
    );
  });

  test('of no past there is nothing to say', () => {
    const result = backtest([], { proposed: STANDARD_POLICY, enrolled: STANDARD_POLICY });
    expect(result).toMatchObject({ entries: 0, days: 0, rules: [], byDay: [] });
  });
});
