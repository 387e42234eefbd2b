import { weekdayOf } from '../calendar.ts';
import { type Detector, NO_FINDINGS, NO_KEYS } from '../detector.ts';
import { dayOf } from '../finding-id.ts';
import { found } from '../found.ts';
import { quarantineCommand } from '../next-command.ts';
import { whoOf } from '../reader.ts';
import { isTaken, verbOf } from '../reads.ts';
import { type Told, tell } from '../told.ts';

const DAY_MS = 86_400_000;
/** Four weeks, today, and a day more: an entry may be late. */
const MOST_DAYS = 30;
const WEEKS = [7, 14, 21, 28] as const;

interface Counts {
  /** When its reads began to be counted. */
  readonly sinceMs: number;
  /** UTC days on which it read, reads of each, and openings of keys for them: two tellings of the same. By day. */
  readonly days: readonly Day[];
  /** Of the newest day, as far as a finding names them. */
  readonly evidence: readonly [day: number, ids: readonly string[]];
  readonly told: Told;
}

type Day = readonly [day: number, reads: number, opens: number];

/** The newest entries of a day. */
const MOST_IDS = 5;

/** More reads on a day than on the same weekday of any of four weeks, by a factor. */
export const volume: Detector<Counts> = {
  rule: 'volume',
  keysOf: (entry) => (isTaken(entry) && verbOf(entry) !== 'batch-read' ? [whoOf(entry)] : NO_KEYS),
  judge(before, entry, { policy }, key) {
    const { factor, least, learn } = policy.rules.volume;
    const { atMs, id } = entry;
    const today = dayOf(atMs);
    const days = withRead(before?.days ?? [], today, verbOf(entry) === 'open');
    const sinceMs = Math.min(before?.sinceMs ?? atMs, atMs);
    const count = countOn(days, today);
    const past = WEEKS.map((back) => countOn(days, today - back));
    const limit = Math.max(least, factor * Math.max(...past));
    const evidence = withId(before?.evidence, today, id);
    const told = before?.told ?? [];
    const state = { sinceMs, days, evidence, told };
    if (count <= limit || (today - dayOf(sinceMs)) * DAY_MS < learn) return { state, findings: NO_FINDINGS };
    const newer = tell(told, today, count);
    if (newer === undefined) return { state, findings: NO_FINDINGS };
    const weeks = WEEKS.filter((back) => (today - back + 1) * DAY_MS > sinceMs).length;
    const said = {
      severity: 'medium',
      certainty: 'possible',
      seen: `${entry.actor.user} read ${count} times on a ${weekdayOf(today)}, the last from ${entry.source}`,
      unusual: `on the same weekday of the ${weeks} weeks before it read ${past.slice(0, weeks).join(', ')} times; more than ${limit} are too many`,
      evidence: evidence[1],
      next: quarantineCommand(entry.actor.user),
      ref: null,
    } as const;
    return { state: { ...state, told: newer }, findings: [found('volume', key, entry, said)] };
  },
};

function withRead(days: readonly Day[], today: number, isOpen: boolean): readonly Day[] {
  const at = days.findLastIndex(([day]) => day <= today);
  const known = days[at];
  if (known !== undefined && known[0] === today)
    return days.with(at, [today, known[1] + (isOpen ? 0 : 1), known[2] + (isOpen ? 1 : 0)]);
  return days.toSpliced(at + 1, 0, [today, isOpen ? 0 : 1, isOpen ? 1 : 0]).slice(-MOST_DAYS);
}

/** The fuller of both tellings. */
function countOn(days: readonly Day[], wanted: number): number {
  const found = days.find(([day]) => day === wanted);
  return found === undefined ? 0 : Math.max(found[1], found[2]);
}

function withId(before: Counts['evidence'] | undefined, today: number, id: string): Counts['evidence'] {
  if (before === undefined || before[0] < today) return [today, [id]];
  return before[0] === today ? [today, [...before[1], id].slice(-MOST_IDS)] : before;
}
