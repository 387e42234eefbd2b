import type { ClassRecord } from '../shared/domain/class.ts';
import { decideRotations } from '../shared/domain/schedule/decide-rotations.ts';
import { type RotationWindow, WEEKDAYS } from '../shared/domain/schedule/window.ts';
import type { SecretRecord } from '../shared/domain/secret.ts';
import { aHeldSecret, aRotatingClass, DAY_MS, HOUR_MS, MINUTE_MS } from '../test/support/rotating.ts';
import { RotatingFleet } from '../test/support/rotating-fleet.ts';
import { heldBytes } from './held-bytes.ts';

/** Both changes of the clock and a 29 February lie in the year from here. */
const FROM_MS = Date.UTC(2027, 11, 1);
const NIGHTLY: RotationWindow = { days: WEEKDAYS, fromMinute: 120, toMinute: 360, zone: 'Europe/Berlin' };
const WEEKENDS: RotationWindow = {
  days: ['sat', 'sun'],
  fromMinute: 0,
  toMinute: 720,
  zone: 'America/New_York',
};

/** A hundred classes, a third of them each: always open, at night, at weekends. */
function classesOf(count: number): ClassRecord[] {
  return Array.from({ length: count }, (_, index) =>
    aRotatingClass(`class-${index}`, {
      everyMs: 25 * DAY_MS,
      windows: [[], [NIGHTLY], [WEEKENDS]][index % 3] ?? [],
      inFlight: { class: { percent: 10 }, target: { percent: 20 } },
      stopAtErrorRate: 20,
    }),
  );
}

/** Values of the last 25 days, spread as a year of rotating has left them. */
function secretsOf(count: number, classes: number): SecretRecord[] {
  return Array.from({ length: count }, (_, index) =>
    aHeldSecret(
      `vault://prod/team-${index % 97}/app-${index}`,
      FROM_MS - ((index * 7_919) % (25 * 24)) * HOUR_MS,
      {
        className: `class-${index % classes}`,
        tenant: `tenant-${index % 50}`,
        target: `db-${index % 40}`,
      },
    ),
  );
}

export interface DecisionFigures {
  readonly ms: readonly number[];
  /** What is held more after the last round than after the first. */
  readonly grownMiB: number;
  readonly begun: number;
}

/** The scheduler's decision, over and over. */
export function measureDecision(secrets: number, rounds: number): DecisionFigures {
  const world = { classes: classesOf(100), secrets: secretsOf(secrets, 100), freezes: [], nowMs: FROM_MS };
  const ms: number[] = [];
  let begun = 0;
  let firstBytes = 0;
  let lastBytes = 0;
  for (let round = 0; round <= rounds; round += 1) {
    const startedMs = performance.now();
    begun = decideRotations({ ...world, nowMs: FROM_MS + round * 5 * MINUTE_MS }).begin.length;
    // The first round compiles.
    if (round > 0) ms.push(performance.now() - startedMs);
    lastBytes = heldBytes();
    if (round === 1) firstBytes = lastBytes;
  }
  return { ms, grownMiB: (lastBytes - firstBytes) / 2 ** 20, begun };
}

export interface YearFigures {
  readonly seconds: number;
  readonly rotations: number;
  readonly oldestDays: number;
}

/** A year of looks, one an hour, each over all secrets. */
export function measureYear(secrets: number): YearFigures {
  const fleet = new RotatingFleet(classesOf(30), secretsOf(secrets, 30));
  const startedMs = performance.now();
  fleet.run(FROM_MS, FROM_MS + 366 * DAY_MS, HOUR_MS);
  const seconds = (performance.now() - startedMs) / 1_000;
  const since = new Map(secretsOf(secrets, 30).map(({ ref, valueSinceMs }) => [ref, valueSinceMs ?? 0]));
  let oldestMs = 0;
  for (const { ref, atMs } of fleet.made) {
    oldestMs = Math.max(oldestMs, atMs - (since.get(ref) ?? 0));
    since.set(ref, atMs);
  }
  for (const atMs of since.values()) oldestMs = Math.max(oldestMs, FROM_MS + 366 * DAY_MS - atMs);
  return { seconds, rotations: fleet.made.length, oldestDays: oldestMs / DAY_MS };
}
