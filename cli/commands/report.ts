import { readReport } from '../../functions/read-report/handler.ts';
import { counted } from '../../shared/domain/page/counted.ts';
import { renderReportHtml } from '../../shared/domain/report/page/page.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { writeGivenFile } from '../given-file.ts';
import { momentGiven } from '../moment-given.ts';
import { withFace } from '../with-face.ts';

/** Who read what since then, as one page; with `--json` what it is made of. */
export async function report(
  context: Context,
  { out, since }: { readonly out: string; readonly since: string },
): Promise<ExitCode> {
  const sinceMs = momentGiven('--since', since);
  return withFace(context, async (face) => {
    const { report: data } = await face.call(readReport, { sinceMs });
    writeGivenFile(out, renderReportHtml(data), 0o600);
    context.say(`wrote ${out}: ${counted(data.reads.reads, 'read')}, ${data.reads.denied} denied`);
    if (context.json) context.print(JSON.stringify(data));
    return EXIT.done;
  });
}
