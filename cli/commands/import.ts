import { statSync } from 'node:fs';
import * as z from 'zod';
import { checkValues } from '../../functions/check-values/handler.ts';
import { putValues } from '../../functions/put-values/handler.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Refusal } from '../../shared/driver/put-values.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { readGivenFile } from '../given-file.ts';
import { withFace } from '../with-face.ts';

const Line = z.strictObject({ ref: z.string(), value: z.string().min(1) });

interface GivenLine {
  /** From 1. */
  readonly line: number;
  /** Null: it is not of the form. */
  readonly given: z.output<typeof Line> | null;
}

/** First values. All of them or none; what has a value already is left alone and said. */
export async function importValues(
  context: Context,
  { file }: { readonly file?: string },
): Promise<ExitCode> {
  const lines = parse(file === undefined ? await context.readInput() : readPrivate(file));
  return withFace(context, async (face) => {
    const values = lines.flatMap(({ given }) => given ?? []);
    const { refusals } = await face.call(checkValues, { refs: values.map(({ ref }) => ref) });
    const mistakes = mistakesIn(lines, refusals);
    if (mistakes.length > 0) {
      const origin = file ?? 'standard input';
      throw new RekeyError({
        code: 'import-mistakes',
        family: 'Validation',
        message: mistakes.map(({ line, message }) => `${origin}:${line} ${message}`).join('\n'),
        safe: 'Nothing was imported.',
        next: ['rekey status', 'rekey import, with each line mended'],
      });
    }
    const { put, seen, unseen } = await face.call(putValues, { values, replace: false });
    const result = {
      imported: put.length,
      alreadyThere: values.length - put.length,
      seenAtTarget: seen,
      unseen,
    };
    if (context.json) context.print(JSON.stringify(result));
    else {
      context.print(`imported ${result.imported} values, ${result.alreadyThere} had one already`);
      context.print(`${seen} accounts were seen at their targets`);
      for (const { target, message } of unseen) context.print(`  not seen at ${target}: ${message}`);
    }
    return EXIT.done;
  });
}

function readPrivate(file: string): string {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & 0o077) !== 0) {
    throw new RekeyError({
      code: 'import-file-permissions',
      family: 'Denied',
      message: `${file} holds secrets and can be read by others (mode ${(mode & 0o777).toString(8)})`,
      safe: 'It was not read.',
      next: [`chmod 600 ${file}`],
    });
  }
  return readGivenFile(file);
}

function parse(text: string): GivenLine[] {
  return text.split('\n').flatMap((line, index): GivenLine[] => {
    if (line.trim() === '') return [];
    try {
      return [{ line: index + 1, given: Line.parse(JSON.parse(line)) }];
    } catch {
      return [{ line: index + 1, given: null }];
    }
  });
}

/** All of them in the file's order. What a line holds stays unsaid where it is not of the form: it may be a value. */
function mistakesIn(lines: readonly GivenLine[], refusals: readonly Refusal[]) {
  const wellFormed = lines.filter(({ given }) => given !== null);
  const refused = refusals.map(({ index, message }) => ({ line: wellFormed[index]?.line ?? 0, message }));
  const malformed = lines
    .filter(({ given }) => given === null)
    .map(({ line }) => ({ line, message: 'is not {"ref": "vault://…", "value": "…"}' }));
  return [...refused, ...malformed].sort((one, other) => one.line - other.line);
}
