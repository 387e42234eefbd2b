import type { AuditEntry } from '../audit/entry.ts';
import { MOST_EVIDENCE } from './finding.ts';
import { dayOf } from './finding-id.ts';

/** Days that are remembered: an entry may be a day late, and an older one is told again under the id that it had. */
const MOST_DAYS = 3;

/** How often something happened on a UTC day, and the first entries that tell of it. */
export interface DayCount {
  readonly day: number;
  readonly count: number;
  readonly evidence: readonly string[];
}

/** Newest last. */
export type DayCounts = readonly DayCount[];

export interface Counted {
  readonly state: DayCounts;
  readonly today: DayCount;
  /** The first of its day, or as many again as when it was told last: a flood is told of some twenty times a day. */
  readonly isNews: boolean;
}

export function countDay(state: DayCounts = [], { id, atMs }: AuditEntry): Counted {
  const day = dayOf(atMs);
  const before = state.find((known) => known.day === day) ?? { day, count: 0, evidence: [] };
  const today = {
    day,
    count: before.count + 1,
    evidence: before.evidence.length < MOST_EVIDENCE ? [...before.evidence, id] : before.evidence,
  };
  return {
    state: [...state.filter((known) => known.day !== day), today]
      .toSorted((one, other) => one.day - other.day)
      .slice(-MOST_DAYS),
    today,
    isNews: isPowerOfTwo(today.count),
  };
}

function isPowerOfTwo(count: number): boolean {
  return (count & (count - 1)) === 0;
}
