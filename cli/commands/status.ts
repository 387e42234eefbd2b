import { showSecret } from '../../functions/show-secret/handler.ts';
import { showStatus } from '../../functions/show-status/handler.ts';
import { brakeText } from '../../shared/domain/brake.ts';
import { formatDuration } from '../../shared/domain/config/duration.ts';
import { freezeText } from '../../shared/domain/schedule/freeze.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Face } from '../face.ts';
import { readsWaiting, withFace } from '../with-face.ts';

export async function status(context: Context, { ref }: { readonly ref?: string }): Promise<ExitCode> {
  return withFace(context, async (face) => {
    if (ref !== undefined) return statusOf(context, face, ref);
    const answer = await face.call(showStatus, {});
    if (context.json) {
      context.print(JSON.stringify(answer));
      return EXIT.done;
    }
    const ofAll = answer.freezes.find(({ className }) => className === undefined);
    if (ofAll !== undefined) context.print(`everything: rotation ${freezeText(ofAll)}`);
    for (const standing of answer.classes) {
      const { name, epoch, fenced, secrets, withoutValue, parked, incidents, brake } = standing;
      const frozen = answer.freezes.find(({ className }) => className === name);
      const notes = [
        fenced ? 'fenced' : '',
        withoutValue > 0 ? `${withoutValue} without a value` : '',
        parked > 0 ? `${parked} parked` : '',
        ageText(standing),
        brake === null ? '' : `re-issue ${brakeText(brake)}`,
        frozen === undefined ? '' : `rotation ${freezeText(frozen)}`,
        ...incidents,
      ].filter((note) => note !== '');
      context.print(
        `class ${name}: ${secrets} secrets, epoch ${epoch}${notes.length > 0 ? `; ${notes.join('; ')}` : ''}`,
      );
    }
    for (const { target, reason } of answer.breakers) context.print(`target ${target}: set aside: ${reason}`);
    for (const { id, state } of answer.incidents) context.print(`incident ${id}: ${state}`);
    for (const { what, detail } of await readsWaiting(context)) context.print(`${what}: ${detail}`);
    return EXIT.done;
  });
}

/** Nothing where there is no value yet. */
function ageText({
  maxAgeMs,
  compliance: { values, withinMaxAge, unknownAge },
}: {
  readonly maxAgeMs: number;
  readonly compliance: {
    readonly values: number;
    readonly withinMaxAge: number;
    readonly unknownAge: number;
  };
}): string {
  if (values === 0) return '';
  const unknown = unknownAge === 0 ? '' : `, ${unknownAge} of unknown age`;
  return `${withinMaxAge} of ${values} no older than ${formatDuration(maxAgeMs)}${unknown}`;
}

async function statusOf(context: Context, face: Face, ref: string): Promise<ExitCode> {
  const { secret, versions } = await face.call(showSecret, { ref });
  if (context.json) {
    context.print(JSON.stringify({ secret, versions }));
    return EXIT.done;
  }
  context.print(
    `${secret.ref}: class ${secret.className}, tenant ${secret.tenant}, target ${secret.target || 'none'}, owner ${secret.owner}`,
  );
  for (const { ordinal, id, epoch, fate, reason, proven } of versions) {
    const current = id === secret.currentVersionId ? ', read by consumers' : '';
    const why = proven === undefined ? reason : `${new Date(proven.atMs).toISOString()} ${proven.evidence}`;
    context.print(
      `  version ${ordinal} (epoch ${epoch}): ${fate}${current}${why === undefined ? '' : `: ${why}`}`,
    );
  }
  if (secret.cut?.wasOff === true) context.print('  off at its target before Rekey came: it stays off');
  const { rotation } = secret;
  if (rotation !== undefined) {
    context.print(`  under way: ${rotation.operation}, ${rotation.stage}`);
    if (rotation.parked !== undefined)
      context.print(`  parked: ${rotation.parked.code}: ${rotation.parked.message}`);
  }
  return EXIT.done;
}
