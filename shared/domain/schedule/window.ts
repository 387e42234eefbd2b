import { stretchesOf } from './zone.ts';

/** In the order of `Date.getUTCDay`. */
export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/**
 * Open while the clock on a wall of the zone shows a time from `fromMinute` to before `toMinute`. An hour that the clock
 * leaves out is not open, one that it shows twice is open twice.
 */
export interface RotationWindow {
  /** On which it opens. */
  readonly days: readonly Weekday[];
  /** Of the day: 0 to 1439. */
  readonly fromMinute: number;
  /** Of the day: 0 to 1440; at or before `fromMinute` it is the next day's. */
  readonly toMinute: number;
  /** IANA name, `Europe/Berlin`. */
  readonly zone: string;
}

/** `toMs` is the first moment after it. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** When any of the windows is open between two instants, in order, apart from each other. No windows: all the time. */
export function openSpans(windows: readonly RotationWindow[], fromMs: number, toMs: number): Span[] {
  if (fromMs >= toMs) return [];
  if (windows.length === 0) return [{ fromMs, toMs }];
  return merged(windows.flatMap((window) => spansOf(window, fromMs, toMs)));
}

function spansOf({ days, fromMinute, toMinute, zone }: RotationWindow, fromMs: number, toMs: number): Span[] {
  const lastsMs = (toMinute - fromMinute) * MINUTE_MS + (toMinute <= fromMinute ? DAY_MS : 0);
  return stretchesOf(zone, fromMs, toMs).flatMap((stretch) => {
    const spans: Span[] = [];
    const endsMs = stretch.toMs + stretch.offsetMs;
    // From the day before: a window of that one may reach over midnight.
    let dayMs = Math.floor((stretch.fromMs + stretch.offsetMs) / DAY_MS) * DAY_MS - DAY_MS;
    for (; dayMs < endsMs; dayMs += DAY_MS) {
      if (!days.includes(weekdayOf(dayMs))) continue;
      const opensMs = dayMs + fromMinute * MINUTE_MS - stretch.offsetMs;
      const span = {
        fromMs: Math.max(opensMs, stretch.fromMs),
        toMs: Math.min(opensMs + lastsMs, stretch.toMs),
      };
      if (span.fromMs < span.toMs) spans.push(span);
    }
    return spans;
  });
}

function weekdayOf(dayMs: number): Weekday {
  return WEEKDAYS[new Date(dayMs).getUTCDay()] ?? 'sun';
}

function merged(spans: readonly Span[]): Span[] {
  const apart: { fromMs: number; toMs: number }[] = [];
  for (const { fromMs, toMs } of spans.toSorted((one, other) => one.fromMs - other.fromMs)) {
    const last = apart.at(-1);
    if (last !== undefined && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs);
    else apart.push({ fromMs, toMs });
  }
  return apart;
}

/** Where in the list the first span is that has not ended at an instant; its length where there is none. */
export function firstNotEnded(spans: readonly Span[], atMs: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((spans[middle]?.toMs ?? 0) > atMs) high = middle;
    else low = middle + 1;
  }
  return low;
}
