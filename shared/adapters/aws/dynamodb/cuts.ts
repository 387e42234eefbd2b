import type { AuditEntry } from '../../../domain/audit/entry.ts';
import { type CutRecord, withCut, withoutCut } from '../../../domain/cut.ts';
import type { SecretRef } from '../../../domain/secret-ref.ts';
import { inParallel } from '../../../in-parallel.ts';
import { commitOne } from './commit.ts';
import { bytesIn } from './document.ts';
import { cutKey, startingWith } from './keys.ts';
import { appendEntries, entriesBytes, OUTBOX_ITEM_BYTES } from './outbox.ts';
import { packParts, unpackParts } from './parts.ts';
import { insist, NotYet } from './patience.ts';
import { changedSecret, type StoredSecret } from './secret-item.ts';
import { enrolledSecrets } from './secrets.ts';
import { MOST_IN_TRANSACTION, type Table } from './table.ts';
import { ABSENT, type Item, numberValue, revisionOf, unchangedSince, type Write } from './write.ts';

/** Secrets that a transaction marks: room is left for the cut's own parts and the outbox. */
const AT_ONCE = MOST_IN_TRANSACTION - 10;
/** Transactions under way at once: 10,000 secrets are marked in about a second. */
const WIDTH = 8;

/**
 * `d` the record in parts, `n` how many, `r` the revision; part 0 is the one that counts. A list of 10,000 references is
 * 60 KB packed, and may be more than an item holds where they have nothing in common.
 */
interface StoredCut {
  readonly cut: CutRecord;
  readonly item: Item;
}

const FIRST_PART = cutKey('', 0, '').sk;

export async function cutsOf(table: Table, incident: string): Promise<CutRecord[]> {
  const { pk } = cutKey(incident, 0, '');
  const items = await table.query(pk, startingWith('CUT#'));
  const byTarget = Map.groupBy(items, (item) => (item['sk']?.S ?? '').slice(FIRST_PART.length));
  return [...byTarget].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, parts]) => readCut(parts).cut);
}

/** Parts in their order; those left of an older, longer record are not looked at. */
function readCut(parts: readonly Item[]): StoredCut {
  const [item = {}] = parts;
  const packed = parts.slice(0, Number(item['n']?.N ?? 1)).map((part) => bytesIn(part));
  return { cut: unpackParts<CutRecord>(packed), item };
}

async function storedCut(table: Table, incident: string, target: string): Promise<StoredCut | null> {
  const item = await table.get(cutKey(incident, 0, target));
  if (item === null) return null;
  const keys = Array.from({ length: Number(item['n']?.N ?? 1) - 1 }, (_, index) =>
    cutKey(incident, index + 1, target),
  );
  const others = [...(await table.getMany(keys)).values()];
  return readCut([item, ...others.sort((a, b) => ((a['sk']?.S ?? '') < (b['sk']?.S ?? '') ? -1 : 1))]);
}

function cutWrites(cut: CutRecord, before: StoredCut | null): Write[] {
  const parts = packParts(cut);
  return parts.map((part, index): Write => {
    const key = cutKey(cut.incident, index, cut.target);
    if (index > 0) return { kind: 'put', key, attributes: { d: { B: part } } };
    const revision = before === null ? 1 : revisionOf(before.item) + 1;
    return {
      kind: 'put',
      key,
      attributes: { d: { B: part }, n: numberValue(parts.length), r: numberValue(revision) },
      when: before === null ? ABSENT : unchangedSince(before.item),
    };
  });
}

/** Answers the one that stood before. */
export async function saveCut(
  table: Table,
  cut: CutRecord,
  entries: readonly AuditEntry[],
): Promise<CutRecord | null> {
  return insist(table.timing, `saving the cut of ${cut.target}`, async () => {
    const before = await storedCut(table, cut.incident, cut.target);
    const refusal = await commitOne(table, { writes: cutWrites(cut, before), entries });
    return refusal === null ? (before?.cut ?? null) : new NotYet('others write it');
  });
}

export async function saveObservedCut(
  table: Table,
  cut: CutRecord,
  seen: readonly SecretRef[],
  entries: readonly AuditEntry[],
): Promise<void> {
  const wasOff = new Set<string>(cut.wasOff);
  const seenOff = new Set<string>(seen);
  await saveMarked(table, cut, [...cut.cut, ...cut.wasOff], entries, (stored) => {
    const mark = { operation: cut.incident, wasOff: wasOff.has(stored.secret.ref), atMs: cut.atMs };
    const { secret, versions } = withCut(stored, mark, seenOff.has(stored.secret.ref));
    return changedSecret(stored, secret, changedOnes(stored.versions, versions));
  });
}

export async function saveUndoneCut(
  table: Table,
  cut: CutRecord,
  refs: readonly SecretRef[],
  entries: readonly AuditEntry[],
): Promise<void> {
  const undone = new Set<string>(refs);
  const left = { ...cut, cut: cut.cut.filter((ref) => !undone.has(ref)) };
  await saveMarked(table, left, refs, entries, (stored) => {
    const { secret, versions } = withoutCut(stored);
    return changedSecret(stored, secret, changedOnes(stored.versions, versions));
  });
}

function changedOnes<T>(before: readonly T[], after: readonly T[]): T[] {
  return after.filter((one, index) => one !== before[index]);
}

/**
 * One transaction where that holds them all. Else the secrets first, some a transaction, each with the entries that tell of
 * them, and the cut last: after a crash in between it stands as it stood, and the same call again does what is left.
 */
async function saveMarked(
  table: Table,
  cut: CutRecord,
  refs: readonly SecretRef[],
  entries: readonly AuditEntry[],
  mark: (stored: StoredSecret) => Write,
): Promise<void> {
  const own = Map.groupBy(entries, (entry) => entry.ref ?? '');
  const marked = new Set<string>(refs);
  const others = entries.filter(({ ref }) => ref === undefined || !marked.has(ref));

  async function markTogether(some: readonly SecretRef[], more: readonly AuditEntry[], last: boolean) {
    const told = [...some.flatMap((ref) => own.get(ref) ?? []), ...more];
    await insist(table.timing, `marking ${some.length} secrets of ${cut.target}`, async () => {
      const stored = await enrolledSecrets(table, some);
      const before = last ? await storedCut(table, cut.incident, cut.target) : null;
      const refusal = await commitOne(table, {
        writes: [...stored.map(mark), ...(last ? cutWrites(cut, before) : [])],
        entries: told,
      });
      return refusal === null ? true : new NotYet('others write some of them');
    });
  }

  // What tells of no secret that is marked goes first: where it cannot be written, nothing is changed.
  const told = entriesBytes(others) > OUTBOX_ITEM_BYTES ? [] : others;
  if (told.length < others.length) await appendEntries(table, others);
  if (refs.length <= AT_ONCE) return markTogether(refs, told, true);
  const chunks = Array.from({ length: Math.ceil(refs.length / AT_ONCE) }, (_, index) =>
    refs.slice(index * AT_ONCE, (index + 1) * AT_ONCE),
  );
  const [first = [], ...rest] = chunks;
  await markTogether(first, told, false);
  await inParallel(rest, WIDTH, (chunk) => markTogether(chunk, [], false));
  await saveCut(table, cut, []);
}
