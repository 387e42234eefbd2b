import { readFileSync, statSync } from 'node:fs';
import * as z from 'zod';
import { putValues } from '../../functions/put-values/handler.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { type Context, withFace } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

const Line = z.strictObject({ ref: z.string(), value: z.string().min(1) });

/** First values. All of them or none; what has a value already is left alone and said. */
export async function importValues(
  context: Context,
  { file }: { readonly file?: string },
): Promise<ExitCode> {
  const values = parse(
    file === undefined ? await context.readInput() : readPrivate(file),
    file ?? 'standard input',
  );
  return withFace(context, async (face) => {
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
  const { mode } = statSync(file);
  if ((mode & 0o077) !== 0) {
    throw new RekeyError({
      code: 'import-file-permissions',
      family: 'Denied',
      message: `${file} holds secrets and can be read by others`,
      safe: 'It was not read.',
      next: [`chmod 600 ${file}`],
    });
  }
  return readFileSync(file, 'utf8');
}

function parse(text: string, origin: string): z.output<typeof Line>[] {
  const mistakes: string[] = [];
  const values = text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [Line.parse(JSON.parse(line))];
    } catch {
      // What the line holds stays unsaid: it may be a value.
      mistakes.push(`${origin}:${index + 1} is not {"ref": "vault://…", "value": "…"}`);
      return [];
    }
  });
  if (mistakes.length > 0) {
    throw new RekeyError({
      code: 'import-malformed',
      family: 'Validation',
      message: mistakes.join('\n'),
      safe: 'Nothing was imported.',
    });
  }
  return values;
}
