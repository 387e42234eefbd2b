import { freezeText } from './freeze.ts';
import type { HeldBack } from './held-back.ts';

/** Why a secret is held back, and what lets it go. For people. */
export interface HeldText {
  readonly text: string;
  /** The next command, where one helps. */
  readonly next?: string;
}

export function heldText(
  why: HeldBack,
  about: { readonly className: string; readonly ref: string },
): HeldText {
  const rotate = `rekey rotate ${about.ref}`;
  switch (why.because) {
    case 'incident':
      return { text: `incident ${why.incident} of its class is open`, next: `rekey watch ${why.incident}` };
    case 'frozen': {
      const { className } = why.freeze;
      const what = className === undefined ? 'everything is' : `class ${className} is`;
      const which = className === undefined ? '' : ` --class ${className}`;
      return { text: `${what} ${freezeText(why.freeze)}`, next: `rekey unfreeze${which}` };
    }
    case 'braked':
      return {
        text: 'its class is under the brake',
        next: `rekey brake --class ${about.className} --release`,
      };
    case 'window-closed':
      return {
        text:
          why.opensAtMs === null
            ? 'no window of its class opens within a month'
            : `the windows of its class are closed until ${timeText(why.opensAtMs)}`,
      };
    case 'error-rate':
      return {
        text:
          `its class stopped itself: ${why.stop.failed} of its last ${why.stop.tries} tries failed; one secret at a time is ` +
          `tried from ${timeText(why.stop.probedFromMs)} on`,
        next: `rekey unfreeze --class ${about.className}`,
      };
    case 'class-full':
      return { text: `${inFlight(why)} of its class are in flight` };
    case 'target-full':
      return { text: `${inFlight(why)} at its target are in flight` };
    case 'tenant-full':
      return { text: `${inFlight(why)} of its tenant are in flight` };
    case 'held-off':
      return {
        text: `its last try failed (${why.code}: ${why.message}); tried again from ${timeText(why.untilMs)} on`,
      };
    case 'retries-spent':
      return { text: `${why.failures} tries failed, the last: ${why.code}: ${why.message}`, next: rotate };
    case 'parked':
      return {
        text: `a rotation of it waits for somebody: ${why.code}: ${why.message}`,
        next: `rekey status ${about.ref}`,
      };
    case 'claimed':
      return { text: `${why.operation} holds it` };
    case 'cut':
      return {
        text: `it is off at its target since ${why.operation}`,
        next: `rekey incident show ${why.operation}`,
      };
  }
}

function inFlight({ inFlight, atOnce }: { readonly inFlight: number; readonly atOnce: number }): string {
  return `${inFlight} of at most ${atOnce}`;
}

/** To the minute. */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16)}Z`;
}
