import type { AuditEntry } from '../../../domain/audit/entry.ts';
import { inParallel } from '../../../in-parallel.ts';
import { type Block, entryIn } from './audit-block.ts';
import { idsKey, operationKey, readKey } from './audit-keys.ts';
import type { Table } from './table.ts';
import { keyText, numberValue, type Write } from './write.ts';

/** Writes under way at once. */
const AT_ONCE = 32;

/**
 * What finds entries without reading the chain: which ids were chained, which blocks tell of reads of a secret and which of an
 * operation. Written after the block, outside of its transaction, at half the price. Two rules make this safe: no block is
 * appended before the one that stands last is indexed, and no entry leaves the outbox before it is. Every write here is
 * idempotent.
 */

/** Ids of the steps of one secret in one operation differ in their last number alone: one item tells of all of them. */
const NUMBERED = /^(.*):(\d+(?:\.\d+)?)$/s;

function placeOf(id: string): { readonly group: string; readonly member: string } {
  const [, group, member] = NUMBERED.exec(id) ?? [];
  return group === undefined || member === undefined ? { group: id, member: '-' } : { group, member };
}

export async function indexBlock(audit: Table, chain: string, { lines }: Block): Promise<void> {
  const block = lines.at(-1)?.seq ?? 0;
  const entries = lines.map(entryIn);
  const ids = Map.groupBy(
    entries.map(({ id }) => placeOf(id)),
    ({ group }) => group,
  );
  const reads = Map.groupBy(
    entries.filter(({ action, ref }) => action === 'read' && ref !== undefined),
    ({ ref }) => ref ?? '',
  );
  const operations = new Set(entries.flatMap(({ operation }) => operation ?? []));
  const writes: Write[] = [
    ...[...ids].map(
      ([group, of]): Write => ({
        kind: 'change',
        key: idsKey(chain, group),
        add: { i: { SS: [...new Set(of.map(({ member }) => member))] } },
      }),
    ),
    ...[...reads].map(
      ([ref, of]): Write => ({
        kind: 'put',
        key: readKey(chain, ref, block),
        attributes: { t: numberValue(latestOf(of)) },
      }),
    ),
    ...[...operations].map(
      (operation): Write => ({ kind: 'put', key: operationKey(chain, operation, block), attributes: {} }),
    ),
  ];
  await inParallel(writes, AT_ONCE, (write) => audit.write(write));
}

export function latestOf(entries: readonly AuditEntry[]): number {
  return entries.reduce((latest, { atMs }) => Math.max(latest, Math.floor(atMs)), 0);
}

/** Those that were not chained, each id once, its first words. Blocks up to the head have to be indexed. */
export async function unchainedOf(
  audit: Table,
  chain: string,
  entries: readonly AuditEntry[],
): Promise<AuditEntry[]> {
  const groups = new Set(entries.map(({ id }) => placeOf(id).group));
  const items = await audit.getMany([...groups].map((group) => idsKey(chain, group)));
  const known = new Set<string>();
  return entries.filter(({ id }) => {
    const { group, member } = placeOf(id);
    const chained = items.get(keyText(idsKey(chain, group)))?.['i']?.SS ?? [];
    if (known.has(id) || chained.includes(member)) return false;
    known.add(id);
    return true;
  });
}
