import { RekeyError } from '../../../domain/errors.ts';
import type { Clock, Random } from '../../../ports/clock.ts';

/** What waiting takes. */
export interface Timing {
  readonly clock: Clock;
  readonly random: Random;
}

/** Tries of ours, each of which the SDK itself tries up to four times where the service was busy: about two seconds in all. */
const MOST_TRIES = 10;
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 500;

/** Says that a try came to nothing yet, with what held it up. */
export class NotYet {
  readonly why: string;
  constructor(why: string) {
    this.why = why;
  }
}

/**
 * Tries until an attempt answers, waiting longer each time (full jitter). `Throttled` `table-busy` when the tries are
 * used up. An attempt that throws is not tried again: the SDK has done that.
 */
export async function insist<T>(
  { clock, random }: Timing,
  call: string,
  attempt: () => Promise<T | NotYet>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const answer = await attempt();
    if (!(answer instanceof NotYet)) return answer;
    if (tries === MOST_TRIES) {
      throw new RekeyError({
        code: 'table-busy',
        family: 'Throttled',
        message: `${call} came to nothing in ${MOST_TRIES} tries: ${answer.why}`,
        safe: 'What was committed before stands; the same again is safe.',
        next: ['the same command again', 'rekey doctor'],
      });
    }
    const longestMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1));
    await clock.sleep((longestMs * ((random.bytes(1)[0] ?? 0) + 1)) / 256);
  }
}
