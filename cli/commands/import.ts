import { checkValues } from '../../functions/check-values/handler.ts';
import { putValues } from '../../functions/put-values/handler.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Refusal } from '../../shared/driver/put-values.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type GivenLine, NOT_OF_THE_FORM, parseValueLines, readPrivateFile } from '../value-lines.ts';
import { withFace } from '../with-face.ts';

/** First values. All of them or none; what has a value already is left alone and said. */
export async function importValues(
  context: Context,
  { file }: { readonly file?: string },
): Promise<ExitCode> {
  const lines = parseValueLines(file === undefined ? await context.readInput() : readPrivateFile(file));
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

/** All of them in the file's order. What a line holds stays unsaid where it is not of the form: it may be a value. */
function mistakesIn(lines: readonly GivenLine[], refusals: readonly Refusal[]) {
  const wellFormed = lines.filter(({ given }) => given !== null);
  const refused = refusals.map(({ index, message }) => ({ line: wellFormed[index]?.line ?? 0, message }));
  const malformed = lines
    .filter(({ given }) => given === null)
    .map(({ line }) => ({ line, message: NOT_OF_THE_FORM }));
  return [...refused, ...malformed].sort((one, other) => one.line - other.line);
}
