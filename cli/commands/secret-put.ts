import { putValues } from '../../functions/put-values/handler.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { withFace } from '../with-face.ts';

/** One value from standard input, its last line end left off. */
export async function secretPut(context: Context, { ref }: { readonly ref: string }): Promise<ExitCode> {
  if (process.stdin.isTTY) context.say(`value of ${ref}, then Ctrl-D:`);
  const value = (await context.readInput()).replace(/\r?\n$/, '');
  if (value === '') {
    throw new RekeyError({
      code: 'value-empty',
      family: 'Validation',
      message: 'there is no value on standard input',
      safe: 'Nothing was stored.',
      next: ['rekey secret put REF < FILE'],
    });
  }
  const { put } = await withFace(context, (face) =>
    face.call(putValues, { values: [{ ref, value }], replace: true }),
  );
  if (context.json) context.print(JSON.stringify(put[0]));
  else context.print(`${ref} has version ${put[0]?.versionId}`);
  return EXIT.done;
}
