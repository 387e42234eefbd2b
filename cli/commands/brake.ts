import { setBrake } from '../../functions/set-brake/handler.ts';
import { brakeText } from '../../shared/domain/brake.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { withFace } from '../with-face.ts';

interface BrakeOptions {
  readonly class: string;
  readonly stop?: boolean;
  readonly slow?: string;
  readonly release?: boolean;
}

/** Slows or stops the re-issue of a class, or lets it go on. Loses nothing. */
export async function brake(context: Context, options: BrakeOptions): Promise<ExitCode> {
  const perSecond = askedFor(options);
  return withFace(context, async (face) => {
    const set = await face.call(setBrake, { className: options.class, perSecond });
    if (context.json) context.print(JSON.stringify(set));
    else context.print(`class ${options.class}: ${set.brake === null ? 'released' : brakeText(set.brake)}`);
    return EXIT.done;
  });
}

/** Secrets a second; 0 none, null all of them. */
function askedFor({ stop, slow, release }: BrakeOptions): number | null {
  const given = [stop, slow, release].filter((option) => option !== undefined);
  if (given.length !== 1) throw mistake('one of --stop, --slow and --release says what the brake does');
  if (release === true) return null;
  if (stop === true) return 0;
  const [, count = '0', unit] = /^(\d{1,6})\/([sm])$/.exec(slow ?? '') ?? [];
  const perSecond = unit === 'm' ? Number(count) / 60 : Number(count);
  if (perSecond > 0) return perSecond;
  throw mistake('--slow takes secrets a second or a minute: 2/s, 30/m; --stop lets none begin');
}

function mistake(message: string): RekeyError {
  return new RekeyError({
    code: 'brake-unclear',
    family: 'Validation',
    message,
    safe: 'Nothing was changed.',
    next: ['rekey brake --class NAME --stop'],
  });
}
