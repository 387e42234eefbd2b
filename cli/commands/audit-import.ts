import { MOST_RECORDS, importReads as take } from '../../functions/import-reads/handler.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { recordsIn } from '../trail-records.ts';
import { withFace } from '../with-face.ts';

/** What other stores' logs, or AWS's trail, tell of reads, into the audit. Told again, nothing changes. */
export async function importReads(
  context: Context,
  { files, format }: { readonly files: readonly string[]; readonly format: 'read' | 'cloudtrail' },
): Promise<ExitCode> {
  return withFace(context, async (face) => {
    const sum = { reads: 0, changes: 0, nothing: 0, unread: 0 };
    const flush = async (records: unknown[]) => {
      const { reads, changes, nothing, unread } = await face.call(take, { format, records });
      sum.reads += reads;
      sum.changes += changes;
      sum.nothing += nothing;
      sum.unread += unread;
    };
    let records: unknown[] = [];
    for (const file of files.length === 0 ? [undefined] : files) {
      for await (const record of recordsIn(file)) {
        records.push(record);
        if (records.length < MOST_RECORDS) continue;
        await flush(records);
        records = [];
      }
    }
    if (records.length > 0) await flush(records);
    face.getReady();
    if (context.json) context.print(JSON.stringify(sum));
    else
      context.print(
        `${sum.reads} reads and ${sum.changes} changes are in the audit, ${sum.nothing} records were of no secret`,
      );
    if (sum.unread > 0)
      context.say(`${sum.unread} were not understood and are kept: rekey dead-letters list`);
    return sum.unread === 0 ? EXIT.done : EXIT.failed;
  });
}
