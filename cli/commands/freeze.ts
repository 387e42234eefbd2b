import { setFreeze } from '../../functions/set-freeze/handler.ts';
import { freezeText } from '../../shared/domain/schedule/freeze.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { withFace } from '../with-face.ts';

interface FreezeOptions {
  readonly class?: string;
  readonly reason?: string;
}

/** Lets no secret of a class, or of any, be rotated by itself. Break-glass goes on. */
export async function freeze(context: Context, options: FreezeOptions): Promise<ExitCode> {
  return set(context, options, true);
}

/** Lets them go on, and forgives what of the class has failed. */
export async function unfreeze(context: Context, options: FreezeOptions): Promise<ExitCode> {
  return set(context, options, false);
}

async function set(
  context: Context,
  { class: className, reason = '' }: FreezeOptions,
  frozen: boolean,
): Promise<ExitCode> {
  return withFace(context, async (face) => {
    const about = className === undefined ? {} : { className };
    const answer = await face.call(setFreeze, { ...about, frozen, reason });
    if (context.json) context.print(JSON.stringify(answer));
    else
      context.print(
        `${className === undefined ? 'everything' : `class ${className}`}: ${freezeText(answer.freeze)}`,
      );
    return EXIT.done;
  });
}
