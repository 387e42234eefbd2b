import type { AuditEntry } from '../../../domain/audit/entry.ts';
import type { AskedRotation } from '../../../domain/schedule/asked.ts';
import { commitOne } from './commit.ts';
import { documentIn, packDocument } from './document.ts';
import { ASKED, askedKey } from './keys.ts';
import type { Table } from './table.ts';

/** One collection, at most an item a secret: whoever decides what rotates asks for all of them. */
export async function askedIn(table: Table): Promise<AskedRotation[]> {
  return (await table.query(ASKED)).map((item) => documentIn<AskedRotation>(item));
}

export async function saveAsked(
  table: Table,
  asked: AskedRotation,
  entries: readonly AuditEntry[],
): Promise<void> {
  const attributes = { d: { B: packDocument(asked) } };
  await commitOne(table, { writes: [{ kind: 'put', key: askedKey(asked.ref), attributes }], entries });
}
