import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { importLeaks as importFound } from '../../functions/import-leaks/handler.ts';
import { listLeaks as listFound } from '../../functions/list-leaks/handler.ts';
import type { LeakResult } from '../../shared/domain/leaks/leak.ts';
import type { ReportFormat } from '../../shared/domain/leaks/report-formats.ts';
import type { FoundSecret } from '../../shared/domain/leaks/reports/found-secret.ts';
import { readReport } from '../../shared/domain/leaks/reports/read-report.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Face } from '../face.ts';
import { readGivenFile } from '../given-file.ts';
import { completeFindings } from '../leaks/complete-findings.ts';
import { withFace } from '../with-face.ts';

/** Of one call: a deployment takes 6 MB. */
const MOST_CHARACTERS = 4_000_000;

type Imported = Awaited<ReturnType<typeof importAll>>;

interface ImportOptions {
  readonly file?: string;
  readonly format?: ReportFormat;
  readonly root?: string;
}

/** A scanner's report: whose values it found, and what is to be done. The values go from memory to memory. */
export async function importLeaks(
  context: Context,
  { file, format, root }: ImportOptions,
): Promise<ExitCode> {
  if (file !== undefined && othersMayRead(file))
    context.say(
      `rekey: ${file} may be read by others, and holds what the scanner found: delete it when done`,
    );
  const text = file === undefined ? await context.readInput() : readGivenFile(file);
  const report = readReport(text, format);
  const folder = root ?? (file === undefined ? process.cwd() : dirname(file));
  const found = completeFindings(report.found, folder);
  const imported = await withFace(context, (face) => importAll(face, found));
  if (context.json) {
    const { proposed, closedKeys } = imported;
    const leaks = imported.leaks.map(({ where, ...judged }) => ({ ...judged, ...where }));
    context.print(JSON.stringify({ format: report.format, leaks, proposed, closedKeys }));
  } else describe(context, imported);
  return imported.leaks.some(({ result }) => result === 'incident') ? EXIT.liveLeak : EXIT.done;
}

async function importAll(face: Face, found: readonly FoundSecret[]) {
  const answers = [];
  for (const some of inBatches(found)) {
    answers.push(
      await face.call(importFound, {
        found: some.map(({ sha1: _sha1, around, ...one }) => ({ ...one, around: [...around] })),
      }),
    );
  }
  const proposed = answers.flatMap((answer) => answer.proposed);
  return {
    leaks: answers
      .flatMap(({ judged }) => judged)
      .map((judged, index) => ({ ...judged, where: whereOf(found[index]) })),
    proposed: [...new Map(proposed.map((one) => [one.command, one])).values()],
    closedKeys: Math.max(0, ...answers.map((answer) => answer.closedKeys)),
  };
}

function whereOf(found: FoundSecret | undefined) {
  const { scanner = '', rule = '', file = '', line, secret } = found ?? {};
  const clean = (text: string) => (secret === undefined ? text : text.replaceAll(secret, '[redacted]'));
  return {
    scanner: clean(scanner),
    rule: clean(rule),
    file: clean(file),
    ...(line === undefined ? {} : { line }),
  };
}

function* inBatches(found: readonly FoundSecret[]): Generator<readonly FoundSecret[]> {
  let batch: FoundSecret[] = [];
  let characters = 0;
  for (const one of found) {
    const own = JSON.stringify(one).length;
    if (batch.length > 0 && characters + own > MOST_CHARACTERS) {
      yield batch;
      [batch, characters] = [[], 0];
    }
    batch.push(one);
    characters += own;
  }
  yield batch;
}

function describe(context: Context, { leaks, proposed, closedKeys }: Imported): void {
  const of = (result: LeakResult) => leaks.filter((leak) => leak.result === result);
  for (const leak of [...of('incident'), ...of('closed')]) context.print(lineOf(leak));
  for (const { command, reason, refs, planHash } of proposed) {
    const what = planHash === undefined ? (reason ?? '') : 'proposed, cause values-leaked';
    context.print(`${refs.length === 1 ? refs[0] : `${refs.length} secrets of one class`}: ${what}`);
    context.print(`  ${command}`);
  }
  context.say(
    `${leaks.length} findings: ${of('incident').length} of values that may still open something, ${of('closed').length} of dead ones, ${of('candidate').length} of nobody’s that we know, ${of('not-compared').length} not compared`,
  );
  if (closedKeys > 0)
    context.say(
      `${closedKeys} keys are closed just now: values under them were not compared; import again then`,
    );
}

interface Shown {
  readonly result: LeakResult;
  readonly ref?: string | undefined;
  readonly versionId?: string | undefined;
  readonly fate?: string | undefined;
  readonly reason?: string | undefined;
  readonly where: {
    readonly scanner: string;
    readonly rule: string;
    readonly file: string;
    readonly line?: number | undefined;
  };
}

function lineOf({ result, ref, versionId, fate, reason, where }: Shown): string {
  const { scanner, rule, file, line } = where;
  const place = line === undefined ? file : `${file}:${line}`;
  const whose = ref === undefined ? '' : ` ${ref}`;
  const version = versionId === undefined ? '' : ` version ${versionId.slice(0, 8)} (${fate})`;
  const why = reason === undefined ? '' : `: ${reason}`;
  return `${result}${whose}${version} at ${place} [${scanner} ${rule}]${why}`;
}

/** What was found outside so far. */
export async function listLeaks(context: Context, _options: object): Promise<ExitCode> {
  const { leaks } = await withFace(context, (face) => face.call(listFound, {}));
  if (context.json) context.print(JSON.stringify({ leaks }));
  else {
    for (const { atMs, leak, ...judged } of leaks)
      context.print(
        `${new Date(atMs).toISOString()} ${lineOf({ ...judged, result: leak.result, where: leak })}`,
      );
  }
  return EXIT.done;
}

function othersMayRead(file: string): boolean {
  return ((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o044) !== 0;
}
