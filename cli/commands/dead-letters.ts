import { dropDeadLetters } from '../../functions/drop-dead-letters/handler.ts';
import { listDeadLetters } from '../../functions/list-dead-letters/handler.ts';
import { replayDeadLetters } from '../../functions/replay-dead-letters/handler.ts';
import type { DeadLetterKind } from '../../shared/ports/dead-letters.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { withFace } from '../with-face.ts';

export async function listLetters(
  context: Context,
  { denied, n }: { readonly denied?: boolean; readonly n: string },
): Promise<ExitCode> {
  const kind: DeadLetterKind = denied === true ? 'denied' : 'unread';
  return withFace(context, async (face) => {
    const { count, letters } = await face.call(listDeadLetters, { kind, limit: Number(n) });
    if (context.json) context.print(JSON.stringify({ count, letters }));
    else {
      for (const { id, atMs, why } of letters) context.print(`${new Date(atMs).toISOString()} ${id}: ${why}`);
      context.say(`${count} in all`);
    }
    return EXIT.done;
  });
}

export async function replayLetters(context: Context): Promise<ExitCode> {
  return withFace(context, async (face) => {
    const result = await face.call(replayDeadLetters, {});
    if (context.json) context.print(JSON.stringify(result));
    else context.print(`${result.taken} taken into the audit, ${result.left} are still not understood`);
    return result.left === 0 ? EXIT.done : EXIT.failed;
  });
}

export async function dropLetters(
  context: Context,
  { ids, reason }: { readonly ids: readonly string[]; readonly reason: string },
): Promise<ExitCode> {
  return withFace(context, async (face) => {
    await face.call(dropDeadLetters, { ids: [...ids], reason });
    context.say(`dropped ${ids.length}`);
    return EXIT.done;
  });
}
