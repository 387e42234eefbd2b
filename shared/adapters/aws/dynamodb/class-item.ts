import type { ClassRecord } from '../../../domain/class.ts';
import { documentIn, packDocument } from './document.ts';
import { classKey } from './keys.ts';
import type { Table } from './table.ts';
import { ABSENT, type Item, numberValue, revisionOf, unchangedSince, type Write } from './write.ts';

/** `d` the record with its epoch, fences and incidents; `r` the revision; `k` whose turn under its brake was taken last. */
export interface StoredClass {
  readonly record: ClassRecord;
  readonly item: Item;
}

export async function storedClass(table: Table, name: string): Promise<StoredClass | null> {
  const item = await table.get(classKey(name));
  return item === null ? null : readClass(item);
}

export function readClass(item: Item): StoredClass {
  return { record: documentIn<ClassRecord>(item), item };
}

export function newClass(record: ClassRecord): Write {
  return {
    kind: 'put',
    key: classKey(record.name),
    attributes: { d: { B: packDocument(record) }, r: numberValue(1) },
    when: ABSENT,
  };
}

/** Refused where anyone wrote it since it was read. */
export function changedClass({ item }: StoredClass, record: ClassRecord): Write {
  return {
    kind: 'change',
    key: classKey(record.name),
    set: { d: { B: packDocument(record) }, r: numberValue(revisionOf(item) + 1) },
    when: unchangedSince(item),
  };
}
