import { putValues } from '../../shared/driver/put-values.ts';
import { type Context, withState } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

/** One value from standard input, its last line end left off. */
export async function secretPut(context: Context, { ref }: { readonly ref: string }): Promise<ExitCode> {
  if (process.stdin.isTTY) context.say(`value of ${ref}, then Ctrl-D:`);
  const value = (await context.readInput()).replace(/\r?\n$/, '');
  const [put] = await withState(context, ({ services }) =>
    putValues(services, [{ ref, value }], { user: context.user, replace: true }),
  );
  if (context.json) context.print(JSON.stringify(put));
  else context.print(`${ref} has version ${put?.versionId}`);
  return EXIT.done;
}
