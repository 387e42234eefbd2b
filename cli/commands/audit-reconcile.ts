import { reconcileReads } from '../../functions/reconcile-reads/handler.ts';
import { trailFilesIn } from '../../local/trail-folder.ts';
import { isOfSecrets } from '../../shared/domain/reads/cloudtrail/trail-file.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { unusableFile } from '../given-file.ts';
import { momentGiven } from '../moment-given.ts';
import { recordsIn } from '../trail-records.ts';
import { withFace } from '../with-face.ts';

/** What a trail's files hold against what the audit has of them: completeness, which no chain can show. */
export async function reconcile(
  context: Context,
  { trail, since }: { readonly trail: string; readonly since: string },
): Promise<ExitCode> {
  const sinceMs = momentGiven('--since', since);
  const files = filesIn(trail, sinceMs);
  const records: unknown[] = [];
  for (const { file } of files)
    for await (const record of recordsIn(file)) if (isOfSecrets(record)) records.push(record);
  return withFace(context, async (face) => {
    const newestFileMs = files.at(-1)?.deliveredAtMs ?? null;
    const result = await face.call(reconcileReads, { trail, sinceMs, newestFileMs, records });
    const { compared, missing, invented, findings } = result;
    if (context.json) context.print(JSON.stringify(result));
    else {
      context.print(
        `${compared} records of ${files.length} files: ${missing.length} were not in the audit and are now, ${invented.length} of the audit are in no file`,
      );
      for (const id of invented) context.print(`  in no file: ${id}`);
    }
    for (const seen of findings) context.say(seen);
    return findings.length === 0 ? EXIT.done : EXIT.failed;
  });
}

function filesIn(folder: string, sinceMs: number): ReturnType<typeof trailFilesIn> {
  try {
    return trailFilesIn(folder, sinceMs);
  } catch (error) {
    throw unusableFile(folder, 'read', error);
  }
}
