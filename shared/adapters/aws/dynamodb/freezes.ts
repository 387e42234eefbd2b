import type { AuditEntry } from '../../../domain/audit/entry.ts';
import { classUnknown } from '../../../domain/class-unknown.ts';
import type { Freeze } from '../../../domain/schedule/freeze.ts';
import { storedClass } from './class-item.ts';
import { commitOne } from './commit.ts';
import { documentIn, packDocument } from './document.ts';
import { FREEZES, freezeKey } from './keys.ts';
import type { Table } from './table.ts';

/** One collection, a handful of items: whoever decides what rotates asks for all of them. */
export async function freezesIn(table: Table): Promise<Freeze[]> {
  return (await table.query(FREEZES)).map((item) => documentIn<Freeze>(item));
}

export async function saveFreeze(
  table: Table,
  freeze: Freeze,
  entries: readonly AuditEntry[],
): Promise<void> {
  const { className } = freeze;
  if (className !== undefined && (await storedClass(table, className)) === null) {
    throw classUnknown(className);
  }
  const attributes = { d: { B: packDocument(freeze) } };
  await commitOne(table, { writes: [{ kind: 'put', key: freezeKey(className), attributes }], entries });
}
