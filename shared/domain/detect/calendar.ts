import { WEEKDAYS, type Weekday } from '../schedule/window.ts';
import { type Stretch, stretchesOf } from '../schedule/zone.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Working hours: on which days, from when to before when, on a clock of the zone. */
export interface Calendar {
  /** IANA name, `Europe/Berlin`. */
  readonly zone: string;
  readonly days: readonly Weekday[];
  /** Of the day: 0 to 1439. */
  readonly fromMinute: number;
  /** Of the day: 0 to 1440; at or before `fromMinute` it is the next day's. */
  readonly toMinute: number;
  /** Days of the zone on which nobody works: `2026-12-25`. */
  readonly holidays: readonly string[];
}

/** A clock on a wall of the zone at an instant. */
export interface LocalTime {
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly minute: number;
}

const stretches = new Map<string, Stretch>();

export function localTime(zone: string, atMs: number): LocalTime {
  let stretch = stretches.get(zone);
  if (stretch === undefined || atMs < stretch.fromMs || atMs >= stretch.toMs) {
    stretch = stretchesOf(zone, atMs - 30 * DAY_MS, atMs + 30 * DAY_MS).find(
      ({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs,
    );
    if (stretch === undefined) throw new Error(`no time of ${zone} at ${atMs}`);
    stretches.set(zone, stretch);
  }
  const shown = atMs + stretch.offsetMs;
  const day = Math.floor(shown / DAY_MS);
  return { day, minute: Math.floor((shown - day * DAY_MS) / MINUTE_MS) };
}

export function weekdayOf(day: number): Weekday {
  return WEEKDAYS[(((day + 4) % 7) + 7) % 7] ?? 'sun';
}

/** `2026-11-28`. */
export function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** `08:30`. */
export function timeOf(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

/** Whether it is working time. Hours that reach over midnight belong to the day on which they begin, its holiday included. */
export function isWorkingTime(calendar: Calendar, { day, minute }: LocalTime): boolean {
  const { fromMinute, toMinute } = calendar;
  const overnight = toMinute <= fromMinute;
  if (worksOn(calendar, day) && minute >= fromMinute && (overnight || minute < toMinute)) return true;
  return overnight && minute < toMinute && worksOn(calendar, day - 1);
}

function worksOn({ days, holidays }: Calendar, day: number): boolean {
  return days.includes(weekdayOf(day)) && (holidays.length === 0 || !holidays.includes(dateOf(day)));
}
