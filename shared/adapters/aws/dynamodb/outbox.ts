import type { AuditEntry } from '../../../domain/audit/entry.ts';
import { inParallel } from '../../../in-parallel.ts';
import { documentIn, packDocument } from './document.ts';
import { padded } from './keys.ts';
import type { Timing } from './patience.ts';
import type { Table } from './table.ts';
import { type Item, type Key, keyOf, type Write } from './write.ts';

/**
 * Entries that are committed and not yet chained. They lie in collections of their own, so that what is pending is a query,
 * and leave only by the hand of the chain's writer, after they were chained: nothing here expires.
 */

/** One collection takes 1,000 write units a second; 10,000 secrets cut at once need as many in about one. */
const SHARDS = 4;
/** JSON of one item's entries; an item holds 400 KB, and compression is not counted upon. */
export const OUTBOX_ITEM_BYTES = 300_000;

export function entriesBytes(entries: readonly AuditEntry[]): number {
  return entries.reduce((sum, entry) => sum + Buffer.byteLength(JSON.stringify(entry)), 0);
}

const shardKey = (shard: number) => `OUTBOX#${shard}`;

/** The items that hold these entries: one, unless they are very many. Keyed by time, so that they are chained about in their order. */
export function outboxWrites({ clock, random }: Timing, entries: readonly AuditEntry[]): Write[] {
  const groups: AuditEntry[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const own = entriesBytes([entry]);
    if (bytes + own > OUTBOX_ITEM_BYTES) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(entry);
    bytes += own;
  }
  const at = padded(Math.floor(clock.nowMs()), 15);
  return groups.map((group, index) => {
    const id = random.uuid();
    return {
      kind: 'put',
      key: {
        pk: shardKey(Number.parseInt(id.slice(0, 2), 16) % SHARDS),
        sk: `${at}#${padded(index, 4)}#${id}`,
      },
      attributes: { d: { B: packDocument(group) } },
    };
  });
}

/** One commit's entries, as they wait. */
export interface PendingCommit {
  readonly key: Key;
  readonly entries: readonly AuditEntry[];
}

/** What had been committed when this began and is not chained, the oldest first. */
export async function pendingCommits(registry: Table): Promise<PendingCommit[]> {
  const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
  const items = (await inParallel(shards, SHARDS, (shard) => registry.query(shardKey(shard)))).flat();
  return items.map(toCommit).sort((a, b) => (a.key.sk < b.key.sk ? -1 : 1));
}

function toCommit(item: Item): PendingCommit {
  return { key: keyOf(item), entries: documentIn<AuditEntry[]>(item) };
}

/** Each item by itself: entries that tell of no change here may be written one after the other, at half of what a transaction costs. */
export async function appendEntries(table: Table, entries: readonly AuditEntry[]): Promise<void> {
  for (const write of outboxWrites(table.timing, entries)) await table.write(write);
}
