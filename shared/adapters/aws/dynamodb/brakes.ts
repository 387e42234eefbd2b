import type { AuditEntry } from '../../../domain/audit/entry.ts';
import { type Brake, type Turn, takeTurn } from '../../../domain/brake.ts';
import { withBrake } from '../../../domain/class.ts';
import { classUnknown } from '../../../domain/class-unknown.ts';
import { changedClass, storedClass } from './class-item.ts';
import { commitOne } from './commit.ts';
import { insist, NotYet } from './patience.ts';
import type { Table } from './table.ts';
import type { Write } from './write.ts';

/** The class itself has it: whoever reads the class for anything reads its brake with it. */
export async function saveBrake(
  table: Table,
  className: string,
  brake: Brake | null,
  entries: readonly AuditEntry[],
): Promise<void> {
  await insist(table.timing, `the brake of ${className}`, async () => {
    const stored = await storedClass(table, className);
    if (stored === null) throw classUnknown(className);
    const writes = [changedClass(stored, withBrake(stored.record, brake))];
    return (await commitOne(table, { writes, entries })) === null || new NotYet('the class is being changed');
  });
}

export async function turnUnder(
  table: Table,
  className: string,
  wanted: number,
  time: { readonly nowMs: number; readonly waitMostMs: number },
): Promise<Turn> {
  return insist(table.timing, `a turn under the brake of ${className}`, async () => {
    const stored = await storedClass(table, className);
    if (stored?.record.brake === undefined) return { go: wanted, waitMs: 0 };
    const { brake, ...turn } = takeTurn(stored.record.brake, wanted, time);
    if (brake === stored.record.brake) return turn;
    const refused = await table.write(taken(table, changedClass(stored, { ...stored.record, brake })));
    return refused === null ? turn : new NotYet('others take theirs');
  });
}

/** Marked as this caller's: two who take the same turn would write the same, and each find his own work done. */
function taken(table: Table, write: Write): Write {
  if (write.kind !== 'change') return write;
  return { ...write, set: { ...write.set, k: { S: table.timing.random.uuid() } } };
}
