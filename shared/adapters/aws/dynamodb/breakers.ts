import type { Breaker } from '../../../domain/target.ts';
import { documentIn, packDocument } from './document.ts';
import { breakerKey } from './keys.ts';
import type { Table } from './table.ts';

export async function breakerOf(table: Table, target: string): Promise<Breaker | null> {
  const item = await table.get(breakerKey(target));
  return item === null ? null : documentIn<Breaker>(item);
}

/** Null closes it. */
export async function saveBreaker(table: Table, target: string, breaker: Breaker | null): Promise<void> {
  const key = breakerKey(target);
  if (breaker !== null) {
    await table.write({ kind: 'put', key, attributes: { d: { B: packDocument(breaker) } } });
    return;
  }
  // Almost always closed already: a look costs a tenth of a write.
  if ((await table.get(key)) !== null) await table.write({ kind: 'delete', key });
}
