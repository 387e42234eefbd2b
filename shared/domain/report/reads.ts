import type { AuditEntry } from '../audit/entry.ts';
import { type Axis, columnOf } from './axis.ts';

/** What one principal read, and was refused. */
export interface ReaderReads {
  readonly principal: string;
  readonly reads: number;
  readonly denied: number;
  readonly failed: number;
  /** Different secrets among what was read. */
  readonly secrets: number;
  readonly lastMs: number;
  /** Reads by the axis' columns. */
  readonly columns: readonly number[];
  readonly deniedColumns: readonly number[];
  /** Reads by the hour of the day, in UTC. */
  readonly hours: readonly number[];
}

/** What one principal was refused, from one place and for one reason. */
export interface DeniedReads {
  readonly principal: string;
  readonly reason: string;
  readonly source: string;
  /** The first of them, by reference or by the name that its source gives; where that says none there are none. */
  readonly secrets: readonly string[];
  readonly secretsMore: number;
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

export interface ReportedReads {
  /** Those with most reads and refusals first. */
  readonly readers: readonly ReaderReads[];
  /** All the other principals together. */
  readonly others: { readonly principals: number; readonly reads: ReaderReads } | null;
  readonly reads: number;
  readonly denied: number;
  readonly failed: number;
  /** Descriptions and lists, which hand out no value, and batches, each of whose secrets has a record of its own. */
  readonly looks: number;
  readonly deniedReads: readonly DeniedReads[];
  readonly deniedMore: number;
}

const MOST_READERS = 24;
const MOST_DENIED = 40;
const SECRETS_SHOWN = 3;
const HOUR_MS = 3_600_000;

interface Refusing {
  readonly principal: string;
  readonly reason: string;
  readonly source: string;
  readonly refs: Set<string>;
  count: number;
  firstMs: number;
  lastMs: number;
}

interface Counting {
  readonly principal: string;
  reads: number;
  denied: number;
  failed: number;
  readonly refs: Set<string>;
  lastMs: number;
  readonly columns: number[];
  readonly deniedColumns: number[];
  readonly hours: number[];
}

/** The reads among entries, as a report shows them. Its length does not depend on theirs. */
export function readsIn(entries: Iterable<AuditEntry>, axis: Axis): ReportedReads {
  const readers = new Map<string, Counting>();
  const refused = new Map<string, Refusing>();
  let looks = 0;
  for (const entry of entries) {
    if (entry.action !== 'read') continue;
    const { actor, outcome, atMs } = entry;
    const verb = entry.read?.verb ?? 'read';
    if (verb !== 'read' && outcome === 'success') {
      looks += 1;
      continue;
    }
    const principal = actor.agent === undefined ? actor.user : `${actor.user} · ${actor.agent}`;
    const secret = entry.ref ?? entry.read?.named ?? '';
    const reader = readers.get(principal) ?? newReader(principal, axis);
    readers.set(principal, reader);
    reader.lastMs = Math.max(reader.lastMs, atMs);
    const column = columnOf(axis, atMs);
    if (outcome === 'success') {
      reader.reads += 1;
      reader.refs.add(secret);
      add(reader.columns, column);
      add(reader.hours, Math.floor(atMs / HOUR_MS) % 24);
    } else if (outcome === 'error') reader.failed += 1;
    else {
      reader.denied += 1;
      add(reader.deniedColumns, column);
      const kind = { principal, reason: entry.reason ?? '', source: entry.source };
      const key = JSON.stringify(kind);
      const same = refused.get(key) ?? { ...kind, refs: new Set(), count: 0, firstMs: atMs, lastMs: atMs };
      refused.set(key, same);
      same.count += 1;
      if (secret !== '') same.refs.add(secret);
      same.firstMs = Math.min(same.firstMs, atMs);
      same.lastMs = Math.max(same.lastMs, atMs);
    }
  }
  const all = [...readers.values()].toSorted((a, b) => b.reads + b.denied - a.reads - a.denied);
  const rest = all.slice(MOST_READERS);
  const denied = [...refused.values()].toSorted((a, b) => b.count - a.count || b.lastMs - a.lastMs);
  const sum = (of: 'reads' | 'denied' | 'failed') => all.reduce((total, reader) => total + reader[of], 0);
  return {
    readers: all.slice(0, MOST_READERS).map(shown),
    others: rest.length === 0 ? null : { principals: rest.length, reads: shown(together(rest, axis)) },
    reads: sum('reads'),
    denied: sum('denied'),
    failed: sum('failed'),
    looks,
    deniedReads: denied.slice(0, MOST_DENIED).map(({ refs, ...kind }) => ({
      ...kind,
      secrets: [...refs].slice(0, SECRETS_SHOWN),
      secretsMore: Math.max(0, refs.size - SECRETS_SHOWN),
    })),
    deniedMore: Math.max(0, denied.length - MOST_DENIED),
  };
}

function newReader(principal: string, { columns }: Axis): Counting {
  const zeros = (length: number) => Array.from({ length }, () => 0);
  return {
    principal,
    reads: 0,
    denied: 0,
    failed: 0,
    refs: new Set(),
    lastMs: 0,
    columns: zeros(columns),
    deniedColumns: zeros(columns),
    hours: zeros(24),
  };
}

function add(counts: number[], at: number | null, more = 1): void {
  if (at !== null) counts[at] = (counts[at] ?? 0) + more;
}

function together(readers: readonly Counting[], axis: Axis): Counting {
  const sum = newReader('', axis);
  for (const reader of readers) {
    sum.reads += reader.reads;
    sum.denied += reader.denied;
    sum.failed += reader.failed;
    sum.lastMs = Math.max(sum.lastMs, reader.lastMs);
    for (const ref of reader.refs) sum.refs.add(ref);
    for (const lane of ['columns', 'deniedColumns', 'hours'] as const)
      for (const [at, count] of reader[lane].entries()) add(sum[lane], at, count);
  }
  return sum;
}

function shown({ refs, ...reader }: Counting): ReaderReads {
  return { ...reader, secrets: refs.size };
}
