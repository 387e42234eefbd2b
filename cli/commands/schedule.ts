import { explainRotation } from '../../functions/explain-rotation/handler.ts';
import { showSchedule } from '../../functions/show-schedule/handler.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { freezeText } from '../../shared/domain/schedule/freeze.ts';
import { heldText } from '../../shared/domain/schedule/held-text.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Face } from '../face.ts';
import { explanationText, windowTable } from '../screen/schedule.ts';
import { withFace } from '../with-face.ts';

interface ScheduleOptions {
  readonly days: string;
  readonly explain?: string;
}

/** What rotates by itself in the coming days, or why one secret does or does not. */
export async function schedule(context: Context, options: ScheduleOptions): Promise<ExitCode> {
  const days = daysOf(options.days);
  return withFace(context, async (face) => {
    if (options.explain !== undefined) return explained(context, face, options.explain);
    const answer = await face.call(showSchedule, { days });
    if (context.json) {
      context.print(JSON.stringify(answer));
      return EXIT.done;
    }
    for (const freeze of answer.freezes) {
      context.say(
        `${freeze.className === undefined ? 'everything' : `class ${freeze.className}`}: ${freezeText(freeze)}`,
      );
    }
    if (answer.classes.length === 0) context.say('no class rotates by itself');
    for (const { name, inFlight, begins, held, warning } of answer.classes) {
      context.print(`class ${name}: ${inFlight} in flight, ${begins} to begin at the next look`);
      for (const { why, count, firstRef } of held) {
        const { text } = heldText(why, { className: name, ref: firstRef });
        context.print(`  ${count} held back, ${firstRef} first: ${text}`);
      }
      if (warning !== null) context.say(`warning: ${warning}`);
    }
    if (answer.windows.length > 0)
      for (const line of ['', ...windowTable(answer.windows)]) context.print(line);
    return EXIT.done;
  });
}

async function explained(context: Context, face: Face, ref: string): Promise<ExitCode> {
  const { explanation, className } = await face.call(explainRotation, { ref });
  if (context.json) context.print(JSON.stringify({ ref, ...explanation }));
  else for (const line of explanationText(ref, className, explanation)) context.print(line);
  return EXIT.done;
}

function daysOf(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= 366) return days;
  throw new RekeyError({
    code: 'days-unclear',
    family: 'Validation',
    message: '--days takes a whole number from 1 to 366',
    safe: 'Nothing was changed.',
    next: ['rekey schedule --days 14'],
  });
}
