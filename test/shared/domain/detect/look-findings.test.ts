import { describe, expect, test } from 'vitest';
import {
  auditGap,
  detectorQuiet,
  neverRead,
  trailStopped,
  type Use,
} from '../../../../shared/domain/detect/look-findings.ts';
import { STANDARD_POLICY } from '../../../../shared/domain/detect/policy.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, MONDAY_MS } from '../../../support/trail/records.ts';

describe('[7.1] a secret that is never read', () => {
  const aUse = (about: Partial<Use>): Use => ({
    ref: 'vault://ledger',
    className: 'payments',
    tenant: 'acme',
    valueSinceMs: MONDAY_MS - 100 * DAY_MS,
    ...about,
  });
  const found = (about: Partial<Use>, nowMs = MONDAY_MS) => neverRead([aUse(about)], STANDARD_POLICY, nowMs);

  test('for a month is waste, or read by another way', () => {
    expect(found({})).toMatchObject([
      {
        rule: 'never-read',
        ref: 'vault://ledger',
        seen: 'vault://ledger was never read since it got a value, 14w2d ago',
      },
    ]);
    expect(found({ lastReadAtMs: MONDAY_MS - 30 * DAY_MS })).toHaveLength(1);
  });

  test('for less is nothing, nor for a secret that is new, or a decoy', () => {
    expect(found({ lastReadAtMs: MONDAY_MS - 29 * DAY_MS })).toEqual([]);
    expect(found({ valueSinceMs: MONDAY_MS - DAY_MS })).toEqual([]);
    expect(found({ decoy: true })).toEqual([]);
  });

  test('is told once a week', () => {
    const ids = Array.from({ length: 14 }, (_, day) => found({}, MONDAY_MS + day * DAY_MS)[0]?.id);
    expect(new Set(ids).size).toBeLessThanOrEqual(3);
  });
});

describe('[7.1] a detector that has gone quiet', () => {
  const found = (judgedAtMs: number, waiting: number) =>
    detectorQuiet({ judgedAtMs, waiting }, STANDARD_POLICY, MONDAY_MS);

  test('while entries wait', () => {
    expect(found(MONDAY_MS - HOUR_MS, 12)).toMatchObject({
      severity: 'high',
      seen: 'no entry was judged for 1h, and at least 12 wait',
    });
  });

  test('is not quiet where nothing waits, or it judged just now', () => {
    expect(found(MONDAY_MS - DAY_MS, 0)).toBeNull();
    expect(found(MONDAY_MS - 59 * MINUTE_MS, 12)).toBeNull();
  });
});

test('[7.1] a trail that is stopped is told, with who stopped it', () => {
  expect(
    trailStopped({ trail: 'main', stoppedAtMs: MONDAY_MS, principal: 'eve', evidence: ['change:1'] }),
  ).toMatchObject({
    rule: 'trail-stopped',
    severity: 'critical',
    principal: 'eve',
    evidence: ['change:1'],
    seen: 'trail main has delivered nothing since 2026-11-23T08:00:00.000Z',
  });
});

test('[6.3] what the trail and the audit do not agree on is told, and an invented entry weighs more', () => {
  const gap = (missing: readonly string[], invented: readonly string[]) =>
    auditGap({ fromMs: MONDAY_MS, toMs: MONDAY_MS + HOUR_MS, missing, invented });
  expect(gap([], [])).toBeNull();
  expect(gap(['one'], [])).toMatchObject({ severity: 'high', evidence: ['one'] });
  expect(gap([], ['other'])).toMatchObject({ severity: 'critical', evidence: ['other'] });
});
