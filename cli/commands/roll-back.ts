import { rollBack as ask } from '../../functions/roll-back/handler.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { withFace } from '../with-face.ts';

/** Makes the version before the current one current again, while its grace lasts. */
export async function rollBack(
  context: Context,
  { ref, reason }: { readonly ref: string; readonly reason: string },
): Promise<ExitCode> {
  return withFace(context, async (face) => {
    const answer = await face.call(ask, { ref, reason });
    if (context.json) context.print(JSON.stringify(answer));
    else
      context.print(
        `${ref}: version ${answer.versionId} becomes current again (${answer.operationId}); it does not rotate by itself until rekey rotate ${ref}`,
      );
    return EXIT.done;
  });
}
