import { expect, test } from 'vitest';
import { deadlineNow, LONGEST_PAUSE_MS, pauseEnd } from '../../../shared/domain/clock-set.ts';

const NOW_MS = Date.UTC(2026, 10, 24, 3, 0, 0);
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

test('a pause ends when it was to end, or at once where the clock was set back since', () => {
  expect(pauseEnd(NOW_MS - 1, NOW_MS)).toBe(NOW_MS - 1);
  expect(pauseEnd(NOW_MS + LONGEST_PAUSE_MS, NOW_MS)).toBe(NOW_MS + LONGEST_PAUSE_MS);
  expect(pauseEnd(NOW_MS + LONGEST_PAUSE_MS + 1, NOW_MS)).toBe(NOW_MS);
});

const left = (gapMs: number, leftMs = 15 * MINUTE_MS) => {
  const nowMs = NOW_MS + gapMs;
  const after = deadlineNow({ deadlineAtMs: NOW_MS + leftMs, lookedAtMs: NOW_MS }, nowMs);
  expect(after.lookedAtMs).toBe(nowMs);
  return after.deadlineAtMs - nowMs;
};

test.each([
  ['an engine at work uses the deadline up', 2 * MINUTE_MS, 13 * MINUTE_MS],
  ['a clock set back uses nothing up, and adds nothing', -HOUR_MS, 15 * MINUTE_MS],
  ['an hour that no engine leaves counts as one look', HOUR_MS, 12.5 * MINUTE_MS],
])('%s', (_name, gapMs, leftMs) => {
  expect(left(gapMs)).toBe(leftMs);
});

test('however short a deadline is, one leap leaves half of it', () => {
  expect(left(HOUR_MS, 60_000)).toBe(30_000);
  expect(left(HOUR_MS, -5_000)).toBe(-5_000);
});
