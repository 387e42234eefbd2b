import { elapsedText } from '../../shared/domain/elapsed.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { HealthCheck } from '../../shared/domain/health-check.ts';
import type { CanaryAnswer } from '../../shared/ports/canary.ts';
import type { Clock } from '../../shared/ports/clock.ts';

/** A secret under a key of its own that nobody needs, and a reader of it. */
export interface LiveCanary {
  read(): Promise<CanaryAnswer>;
  /** As a class's key is closed. */
  close(): Promise<void>;
  open(): Promise<void>;
}

/** Longer than KMS documents ("in some cases several minutes"): who was not denied by then is not denied here. */
const LOOKS_FOR_MS = 600_000;
const EVERY_MS = 250;
/** Far ends of the vault learn of it one after the other: an answer counts from the first of so many in a row. */
const IN_A_ROW = 5;

/** Closes, reads until denied, opens, reads until allowed: with the time each took. Whatever happens it is left open, or that is said. */
export async function measureDenial(canary: LiveCanary, clock: Clock): Promise<HealthCheck[]> {
  const before = await until(canary, clock, 'allowed');
  const checks = [checked('canary before', before, 'read')];
  if (!before.seen) return checks;
  try {
    const closed = await since(
      clock,
      () => canary.close(),
      () => until(canary, clock, 'denied'),
    );
    checks.push(
      closed.seen
        ? checked('time to deny', closed, 'denied')
        : {
            what: 'time to deny',
            ok: false,
            detail: `NOT ENFORCED HERE: still ${closed.last} ${elapsedText(closed.tookMs)} after its key was closed`,
            next: 'an emulator enforces no key; in an account: look for a grant, or another policy that lets the reader in',
          },
    );
  } catch (error) {
    checks.push(failed('time to deny', error));
  }
  try {
    const opened = await since(
      clock,
      () => canary.open(),
      () => until(canary, clock, 'allowed'),
    );
    checks.push(checked('canary after', opened, 'read again'));
  } catch (error) {
    checks.push(failed('canary after', error));
  }
  return checks;
}

interface Looked {
  readonly seen: boolean;
  /** To the first of the answers that counted; else how long it was looked for. */
  readonly tookMs: number;
  /** What the last one was. */
  readonly last: string;
}

/** From before the call on: a denial may come before its answer. */
async function since(clock: Clock, call: () => Promise<void>, look: () => Promise<Looked>): Promise<Looked> {
  const fromMs = clock.nowMs();
  await call();
  const calledMs = clock.nowMs() - fromMs;
  const looked = await look();
  return { ...looked, tookMs: looked.tookMs + calledMs };
}

async function until(canary: LiveCanary, clock: Clock, state: CanaryAnswer['state']): Promise<Looked> {
  const fromMs = clock.nowMs();
  let inARow = 0;
  let firstMs = 0;
  for (;;) {
    const answer = await canary.read();
    const tookMs = clock.nowMs() - fromMs;
    if (answer.state !== state) inARow = 0;
    else {
      if (inARow === 0) firstMs = tookMs;
      inARow += 1;
      if (inARow === IN_A_ROW) return { seen: true, tookMs: firstMs, last: state };
    }
    if (tookMs >= LOOKS_FOR_MS) {
      return {
        seen: false,
        tookMs,
        last: answer.state === 'failed' ? `failing (${answer.message})` : answer.state,
      };
    }
    await clock.sleep(EVERY_MS);
  }
}

function checked(what: string, { seen, tookMs, last }: Looked, word: string): HealthCheck {
  return seen
    ? { what, ok: true, detail: `${word} after ${tookMs} ms` }
    : {
        what,
        ok: false,
        detail: `not ${word} within ${elapsedText(tookMs)}: ${last}`,
        next: 'rekey doctor --live',
      };
}

function failed(what: string, error: unknown): HealthCheck {
  if (!(error instanceof RekeyError)) throw error;
  return {
    what,
    ok: false,
    detail: error.message,
    ...(error.next[0] === undefined ? {} : { next: error.next[0] }),
  };
}
