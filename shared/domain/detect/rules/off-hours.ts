import type { AuditEntry } from '../../audit/entry.ts';
import { type Calendar, isWorkingTime, localTime, timeOf, weekdayOf } from '../calendar.ts';
import { countDay, type DayCounts } from '../day-counts.ts';
import { type Detector, type Ground, type Judged, LATENESS_MS, NO_FINDINGS, NO_KEYS } from '../detector.ts';
import { dayOf } from '../finding-id.ts';
import { found, secretOf } from '../found.ts';
import { quarantineCommand } from '../next-command.ts';
import type { DetectionPolicy } from '../policy.ts';
import { readerOf, whoOf } from '../reader.ts';
import { isTaken } from '../reads.ts';
import { times } from '../touch.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Four weeks, today, and a day more: an entry may be late. */
const MOST_DAYS = 30;
/** On fewer days nobody has hours of his own. */
const LEAST_DAYS = 10;
/** Of the same weekday, before its absence says anything. */
const LEAST_WEEKS = 3;

/** By calendar: what came outside of it. */
type Outside = { readonly outside: DayCounts };
/** Without one: UTC days on which it read, in order, and of each the hours, a bit for each. */
interface Habits {
  readonly sinceMs: number;
  readonly days: readonly number[];
  readonly hours: readonly number[];
  readonly told: readonly number[];
}
type State = Outside | Habits;

/**
 * A person reads outside his working hours; a machine, or whoever has no hours that anybody wrote down, in an hour or on a
 * weekday in which it never did.
 */
export const offHours: Detector<State> = {
  rule: 'off-hours',
  keysOf(entry, { policy }) {
    if (!isTaken(entry)) return NO_KEYS;
    const hours = calendarOf(entry, policy);
    if (hours === undefined) return [whoOf(entry)];
    return isWorkingTime(hours.calendar, localTime(hours.calendar.zone, entry.atMs))
      ? NO_KEYS
      : [`hours ${whoOf(entry)}`];
  },
  judge(before, entry, ground, key) {
    if (key.startsWith('hours '))
      return outside(
        before !== undefined && 'outside' in before ? before.outside : undefined,
        entry,
        ground,
        key,
      );
    return unaccustomed(before !== undefined && 'days' in before ? before : undefined, entry, ground, key);
  },
};

interface Hours {
  readonly name: string;
  readonly calendar: Calendar;
}

/** His own, else his group's, else the class's. No machine is judged by people's hours, unless it was given some. */
function calendarOf(entry: AuditEntry, policy: DetectionPolicy): Hours | undefined {
  const { nature, group, calendar } = readerOf(entry, policy);
  const { classes, groups } = policy.hours;
  const own = calendar ?? (group === undefined ? undefined : groups[group]);
  const name = own ?? (nature === 'person' ? classes[entry.className ?? ''] : undefined);
  const found = name === undefined ? undefined : policy.calendars[name];
  return name === undefined || found === undefined ? undefined : { name, calendar: found };
}

function outside(
  before: DayCounts | undefined,
  entry: AuditEntry,
  { policy }: Ground,
  key: string,
): Judged<State> {
  const { state, today, isNews } = countDay(before, entry);
  const hours = calendarOf(entry, policy);
  if (!isNews || hours === undefined) return { state: { outside: state }, findings: NO_FINDINGS };
  const { name, calendar } = hours;
  const { day, minute } = localTime(calendar.zone, entry.atMs);
  const { user } = entry.actor;
  const said = {
    severity: 'medium',
    certainty: 'possible',
    seen: `${user}${sessionText(entry)} read ${secretOf(entry)} at ${timeOf(minute)} on a ${weekdayOf(day)} (${calendar.zone}) from ${entry.source}, ${times(today.count)} that day outside the hours`,
    unusual: `hours of calendar ${name} are ${timeOf(calendar.fromMinute)} to ${timeOf(calendar.toMinute)}, ${calendar.days.join(' ')}, and no holidays`,
    evidence: today.evidence,
    next: quarantineCommand(user),
  } as const;
  return { state: { outside: state }, findings: [found('off-hours', key, entry, said)] };
}

function sessionText({ read }: AuditEntry): string {
  return read?.session === undefined ? '' : ` (session ${read.session})`;
}

function unaccustomed(
  before: Habits | undefined,
  entry: AuditEntry,
  { policy }: Ground,
  key: string,
): Judged<State> {
  const { atMs } = entry;
  const today = dayOf(atMs);
  const hour = Math.floor((atMs - today * DAY_MS) / HOUR_MS);
  const habits = before ?? { sinceMs: atMs, days: [], hours: [], told: [] };
  const at = habits.days.lastIndexOf(today);
  const bits = (habits.hours[at] ?? 0) | (1 << hour);
  // In an hour in which it read already, today, everything was said.
  if (before !== undefined && before.hours[at] === bits && atMs >= before.sinceMs)
    return { state: before, findings: NO_FINDINGS };
  const state = { ...withHours(habits, at, today, bits), sinceMs: Math.min(habits.sinceMs, atMs) };
  const why = oddity(habits, today, hour, policy.rules['off-hours'].learn);
  if (why === undefined || habits.told.includes(today)) return { state, findings: NO_FINDINGS };
  const { user } = entry.actor;
  const said = {
    severity: 'low',
    certainty: 'possible',
    seen: `${user} read ${secretOf(entry)} at ${timeOf(hour * 60)} to ${timeOf(hour * 60 + 59)} UTC on a ${weekdayOf(today)} from ${entry.source}`,
    unusual: why,
    evidence: [entry.id],
    next: quarantineCommand(user),
  } as const;
  return {
    state: { ...state, told: [...habits.told, today].slice(-3) },
    findings: [found('off-hours', key, entry, said)],
  };
}

function withHours(habits: Habits, at: number, today: number, bits: number): Habits {
  const { days, hours } = habits;
  if (at >= 0) return { ...habits, hours: hours.with(at, bits) };
  const place = days.findLastIndex((day) => day < today) + 1;
  return {
    ...habits,
    days: days.toSpliced(place, 0, today).slice(-MOST_DAYS),
    hours: hours.toSpliced(place, 0, bits).slice(-MOST_DAYS),
  };
}

/** Against the days of which all has come when the hour begins; the same for whatever happens in the hour. */
function oddity(
  { sinceMs, days, hours }: Habits,
  today: number,
  hour: number,
  learn: number,
): string | undefined {
  const lastDay = dayOf(today * DAY_MS + hour * HOUR_MS - LATENESS_MS);
  const past = days.flatMap((day, index) =>
    day < lastDay && day >= today - 28 ? [[day, hours[index] ?? 0] as const] : [],
  );
  if ((today - dayOf(sinceMs)) * DAY_MS < learn || past.length < LEAST_DAYS) return undefined;
  // An hour to either side: clocks are changed, and jobs take longer than they did.
  const near = (1 << ((hour + 23) % 24)) | (1 << hour) | (1 << ((hour + 1) % 24));
  if (past.every(([, bits]) => (bits & near) === 0))
    return `on the ${past.length} days of the last 28 on which it read, it never did within an hour of that`;
  const weeks = [7, 14, 21, 28].filter((back) => (today - back) * DAY_MS >= sinceMs).length;
  const onWeekday = past.filter(([day]) => (today - day) % 7 === 0).length;
  return weeks >= LEAST_WEEKS && onWeekday === 0
    ? `on no ${weekdayOf(today)} of the ${weeks} weeks before did it read, and on ${past.length} other days of the last 28`
    : undefined;
}
