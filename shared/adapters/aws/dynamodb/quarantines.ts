import type { AuditEntry } from '../../../domain/audit/entry.ts';
import { isStanding, type Quarantine } from '../../../domain/quarantine/record.ts';
import { commitOne } from './commit.ts';
import { documentIn, packDocument } from './document.ts';
import { liftedKey, QUARANTINES, quarantineKey } from './keys.ts';
import type { Table } from './table.ts';
import { ABSENT, type Condition, numberValue, type Write } from './write.ts';

/** Those that stand are a collection by themselves: the resolver asks for all of it at each read. */
export async function quarantinesIn(table: Table): Promise<Quarantine[]> {
  return (await table.query(QUARANTINES)).map((item) => documentIn<Quarantine>(item));
}

export async function quarantineIn(table: Table, id: string): Promise<Quarantine | null> {
  const item = (await table.get(quarantineKey(id))) ?? (await table.get(liftedKey(id)));
  return item === null ? null : documentIn<Quarantine>(item);
}

export async function saveQuarantine(
  table: Table,
  quarantine: Quarantine,
  entries: readonly AuditEntry[],
): Promise<boolean> {
  const { id, revision } = quarantine;
  const attributes = {
    d: { B: packDocument({ ...quarantine, revision: revision + 1 }) },
    r: numberValue(revision + 1),
  };
  const unchanged: Condition =
    revision === 0 ? ABSENT : { expression: 'r = :r', values: { ':r': numberValue(revision) } };
  const writes: Write[] = isStanding(quarantine)
    ? [{ kind: 'put', key: quarantineKey(id), attributes, when: unchanged }]
    : [
        { kind: 'delete', key: quarantineKey(id), when: unchanged },
        { kind: 'put', key: liftedKey(id), attributes, when: ABSENT },
      ];
  return (await commitOne(table, { writes, entries })) === null;
}
