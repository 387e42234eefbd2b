import type { AuditEntry } from '../../../domain/audit/entry.ts';
import { RekeyError } from '../../../domain/errors.ts';
import { entriesBytes, OUTBOX_ITEM_BYTES, outboxWrites } from './outbox.ts';
import { MOST_IN_TRANSACTION, type Refused, type Table } from './table.ts';
import { keyText, type Write } from './write.ts';

/** A change that is whole by itself: all of its writes with its entries, or nothing. */
export interface Change {
  readonly writes: readonly Write[];
  /** Left out where their condition refuses them; the rest goes on. */
  readonly optional?: readonly Write[];
  readonly entries: readonly AuditEntry[];
}

/** What refused a change: by the index of its write, the item as it stands. */
export type Refusal = ReadonlyMap<number, Refused>;

/**
 * Commits changes in their order, as many a transaction as fit, each transaction with the entries of what it changes.
 * Answers the refused ones by index; they changed nothing and told nothing, and the others went through.
 */
export async function commit(table: Table, changes: readonly Change[]): Promise<Map<number, Refusal>> {
  const refused = new Map<number, Refusal>();
  let from = 0;
  while (from < changes.length) {
    const group = nextGroup(changes, from);
    for (const [index, refusal] of await commitTogether(table, group)) refused.set(from + index, refusal);
    from += group.length;
  }
  return refused;
}

/** One change, or what refused it. */
export async function commitOne(table: Table, change: Change): Promise<Refusal | null> {
  return (await commit(table, [change])).get(0) ?? null;
}

/** From `from` on, what fits into one transaction together, one place left for the outbox; an item is in it once. At least one. */
function nextGroup(changes: readonly Change[], from: number): readonly Change[] {
  const taken = new Set<string>();
  let until = from;
  let bytes = 0;
  for (; until < changes.length; until += 1) {
    const change = changes[until];
    const keys = writesOf(change).map(({ key }) => keyText(key));
    bytes += entriesBytes(change?.entries ?? []);
    const fits =
      taken.size + keys.length < MOST_IN_TRANSACTION &&
      bytes <= OUTBOX_ITEM_BYTES &&
      keys.every((key) => !taken.has(key));
    if (!fits && until > from) break;
    for (const key of keys) taken.add(key);
  }
  return changes.slice(from, until);
}

function writesOf(change: Change | undefined): Write[] {
  return [...(change?.writes ?? []), ...(change?.optional ?? [])];
}

/** Again without what was refused, until the rest goes through: each round drops something. */
async function commitTogether(table: Table, changes: readonly Change[]): Promise<Map<number, Refusal>> {
  const refused = new Map<number, Refusal>();
  const left = new Map(changes.entries());
  const dropped = new Set<Write>();
  for (;;) {
    const places: { readonly change: number; readonly write: number }[] = [];
    const writes: Write[] = [];
    for (const [change, { writes: own, optional = [] }] of left) {
      for (const [write, item] of [...own, ...optional].entries()) {
        if (dropped.has(item)) continue;
        places.push({ change, write });
        writes.push(item);
      }
    }
    const outbox = outboxWrites(
      table.timing,
      [...left.values()].flatMap(({ entries }) => entries),
    );
    const answer = await send(table, [...writes, ...outbox]);
    if (answer.size === 0) return refused;
    for (const [index, standing] of answer) {
      const place = places[index];
      const change = place === undefined ? undefined : left.get(place.change);
      if (place === undefined || change === undefined) throw refusedOutbox(table);
      const optional = change.optional?.[place.write - change.writes.length];
      if (optional !== undefined) {
        dropped.add(optional);
        continue;
      }
      const before = refused.get(place.change) ?? new Map<number, Refused>();
      refused.set(place.change, new Map([...before, [place.write, standing]]));
    }
    for (const change of refused.keys()) left.delete(change);
  }
}

/** A single write needs no transaction, which costs twice. */
async function send(table: Table, writes: readonly Write[]): Promise<Map<number, Refused>> {
  const [first] = writes;
  if (first === undefined) return new Map();
  if (writes.length > MOST_IN_TRANSACTION) throw tooLarge(table, writes.length);
  if (writes.length > 1) return table.transact(writes);
  const refused = await table.write(first);
  return refused === null ? new Map() : new Map([[0, refused]]);
}

function tooLarge(table: Table, items: number): RekeyError {
  return new RekeyError({
    code: 'change-too-large',
    family: 'Validation',
    message: `one change needs ${items} items of ${table.name}, a transaction holds ${MOST_IN_TRANSACTION}`,
    safe: 'Nothing was changed by it.',
  });
}

function refusedOutbox(table: Table): Error {
  return new Error(`an entry without a condition was refused by ${table.name}`);
}
