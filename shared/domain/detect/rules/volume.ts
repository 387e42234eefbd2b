import type { AuditEntry } from '../../audit/entry.ts';
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
  /** UTC days on which it read, in order, with the reads of each. */
  readonly days: readonly number[];
  readonly reads: readonly number[];
  /** Openings of keys for them: the same told again. */
  readonly opens: readonly number[];
  /** Of the newest day, once it is near the limit: as far as a finding names them. */
  readonly evidence: readonly string[];
  readonly told: Told;
}

/** The newest entries of a day. */
const MOST_IDS = 5;
const NO_IDS: readonly string[] = [];
const NONE = { days: [], reads: [], opens: [], evidence: NO_IDS, told: [] };

/** More reads on a day than on the same weekday of any of four weeks, by a factor. */
export const volume: Detector<Counts> = {
  rule: 'volume',
  keysOf: (entry) => (isTaken(entry) && verbOf(entry) !== 'batch-read' ? [whoOf(entry)] : NO_KEYS),
  judge(before, entry, { policy }, key) {
    const { factor, least, learn } = policy.rules.volume;
    const { atMs, id } = entry;
    const today = dayOf(atMs);
    const counted = withRead(before ?? { ...NONE, sinceMs: atMs }, entry, today);
    const count = countOn(counted, today);
    // Of nearly all there is no more to say.
    if (count + MOST_IDS <= least) return { state: counted, findings: NO_FINDINGS };
    const past = WEEKS.map((back) => countOn(counted, today - back));
    const limit = Math.max(least, factor * Math.max(...past));
    const isNear = count + MOST_IDS > limit;
    const evidence = isNear ? [...counted.evidence, id].slice(-MOST_IDS) : NO_IDS;
    const state = { ...counted, evidence };
    const { sinceMs } = counted;
    if (count <= limit || (today - dayOf(sinceMs)) * DAY_MS < learn) return { state, findings: NO_FINDINGS };
    const newer = tell(state.told, today, count);
    if (newer === undefined) return { state, findings: NO_FINDINGS };
    const weeks = WEEKS.filter((back) => (today - back + 1) * DAY_MS > sinceMs).length;
    const said = {
      severity: 'medium',
      certainty: 'possible',
      seen: `${entry.actor.user} read ${count} times on a ${weekdayOf(today)}, the last from ${entry.source}`,
      unusual: `on the same weekday of the ${weeks} weeks before it read ${past.slice(0, weeks).join(', ')} times; more than ${limit} are too many`,
      evidence,
      next: quarantineCommand(entry.actor.user),
      ref: null,
    } as const;
    return { state: { ...state, told: newer }, findings: [found('volume', key, entry, said)] };
  },
};

function withRead(before: Counts, entry: AuditEntry, today: number): Counts {
  const { days, reads, opens, told } = before;
  const sinceMs = Math.min(before.sinceMs, entry.atMs);
  const isOpen = verbOf(entry) === 'open';
  const at = days.lastIndexOf(today);
  if (at >= 0) {
    return {
      sinceMs,
      days,
      reads: isOpen ? reads : reads.with(at, (reads[at] ?? 0) + 1),
      opens: isOpen ? opens.with(at, (opens[at] ?? 0) + 1) : opens,
      evidence: before.evidence,
      told,
    };
  }
  const place = days.findLastIndex((day) => day < today) + 1;
  const kept = (numbers: readonly number[], number: number) =>
    numbers.toSpliced(place, 0, number).slice(-MOST_DAYS);
  return {
    sinceMs,
    days: kept(days, today),
    reads: kept(reads, isOpen ? 0 : 1),
    opens: kept(opens, isOpen ? 1 : 0),
    evidence: NO_IDS,
    told,
  };
}

/** The fuller of both tellings. */
function countOn({ days, reads, opens }: Counts, wanted: number): number {
  const at = days.lastIndexOf(wanted);
  return at < 0 ? 0 : Math.max(reads[at] ?? 0, opens[at] ?? 0);
}
