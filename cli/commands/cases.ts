import { assignCase } from '../../functions/assign-case/handler.ts';
import { closeCase } from '../../functions/close-case/handler.ts';
import { listCases as list } from '../../functions/list-cases/handler.ts';
import { showCase as show } from '../../functions/show-case/handler.ts';
import type { CaseRecord } from '../../shared/domain/case/case.ts';
import { nextStepsOf } from '../../shared/domain/case/next-steps.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { caseLine, caseLines } from '../screen/case.ts';
import { withFace } from '../with-face.ts';

const MOST = 1_000;

export async function listCases(context: Context, { all }: { readonly all?: boolean }): Promise<ExitCode> {
  return withFace(context, async (face) => {
    const { cases } = await face.call(list, { all: all === true, limit: MOST });
    if (context.json) context.print(JSON.stringify(cases));
    else for (const record of cases) context.print(caseLine(record));
    if (cases.length === 0) context.say(all === true ? 'no cases' : 'no open cases');
    return EXIT.done;
  });
}

export async function showCase(context: Context, { caseId }: { readonly caseId: string }): Promise<ExitCode> {
  return withFace(context, async (face) => report(context, (await face.call(show, { caseId })).record));
}

export async function assign(
  context: Context,
  { caseId, to }: { readonly caseId: string; readonly to?: string },
): Promise<ExitCode> {
  return withFace(context, async (face) => {
    const { record } = await face.call(assignCase, { caseId, owner: to ?? context.user });
    return report(context, record);
  });
}

export async function close(
  context: Context,
  { caseId, reason }: { readonly caseId: string; readonly reason: string },
): Promise<ExitCode> {
  return withFace(context, async (face) =>
    report(context, (await face.call(closeCase, { caseId, reason })).record),
  );
}

function report(context: Context, record: CaseRecord): ExitCode {
  const next = nextStepsOf(record);
  if (context.json) context.print(JSON.stringify({ ...record, next }));
  else for (const line of caseLines(record, next)) context.print(line);
  return EXIT.done;
}
