import { expect, test } from 'vitest';
import { differenceOf } from '../../../../shared/domain/config/difference.ts';
import type { Wanted } from '../../../../shared/domain/config/records.ts';
import { gapWarnings, windowWarnings } from '../../../../shared/domain/schedule/warnings.ts';
import type { SecretRecord } from '../../../../shared/domain/secret.ts';
import { AT_MS, aClass } from '../../../contracts/records.ts';
import { aHeldSecret, aRotatingClass, DAY_MS } from '../../../support/rotating.ts';

const sundays = { days: ['sun'], fromMinute: 120, toMinute: 240, zone: 'Europe/Berlin' } as const;
const NOTHING: Wanted = {
  classes: [],
  targets: [],
  secrets: [],
  consumers: [],
  people: [],
  pacing: [],
  slack: [],
  detection: [],
  audit: [],
};

/** AT_MS is the Tuesday before the last Sunday of their maximum age. */
const secrets = Array.from({ length: 30 }, (_, index) =>
  aHeldSecret(`vault://prod/app_${index}`, AT_MS - 24 * DAY_MS),
);
const tight = aRotatingClass('payments', { windows: [sundays], inFlight: { class: { count: 10 } } });
const roomy = aRotatingClass('payments', { windows: [sundays], inFlight: { class: { count: 20 } } });

test('[5.2] windows that are to hold less than what is there are told before they are applied', () => {
  const enrolled = { ...NOTHING, classes: [roomy, aClass('other')], secrets };
  const warningsOf = (wanted: Wanted) =>
    windowWarnings(differenceOf(enrolled, wanted), wanted, enrolled, AT_MS);
  expect(warningsOf({ ...enrolled, classes: [tight] })).toEqual([
    'class payments: the window of 2026-11-29T01:00Z (2h), which holds 20, comes too late or is too small: ' +
      '10 secrets pass their maximum age. Widen its windows, or inFlight',
  ]);
  expect(warningsOf({ ...enrolled, classes: [{ ...roomy, owner: 'new-team' }] })).toEqual([]);
  // What the file does not change is told elsewhere, day by day.
  expect(windowWarnings([], { ...enrolled, classes: [tight] }, enrolled, AT_MS)).toEqual([]);
});

test('[5.2] a kind that holds one credential at a time is told with its gap, once for a class', () => {
  const wanted = { ...NOTHING, classes: [roomy, aClass('by-hand')], secrets };
  const changes = differenceOf(NOTHING, wanted);
  const gapOf = ({ kind }: SecretRecord) => (kind === 'postgres' ? 'well under a second' : null);
  expect(gapWarnings(changes, wanted, gapOf)).toEqual([
    'class payments rotates by itself, and postgres has a gap: well under a second',
  ]);
  expect(gapWarnings(changes, wanted, () => null)).toEqual([]);
  const still = { ...wanted, classes: [aClass('payments')] };
  expect(gapWarnings(differenceOf(NOTHING, still), still, gapOf)).toEqual([]);
});
