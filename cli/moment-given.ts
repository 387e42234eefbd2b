import { parseDuration } from '../shared/domain/config/duration.ts';
import { RekeyError } from '../shared/domain/errors.ts';
import { wallClock } from '../shared/wall-clock.ts';

/** A time or an age, as options take it. Throws `Validation` `moment`. */
export function momentGiven(option: string, text: string): number {
  const age = parseDuration(text);
  const atMs = age === null ? Date.parse(text) : wallClock.nowMs() - age;
  if (Number.isFinite(atMs)) return atMs;
  throw new RekeyError({
    code: 'moment',
    family: 'Validation',
    message: `${option} ${text} is neither a time (2026-11-24T03:00:00Z) nor an age (2h)`,
    safe: 'Nothing was changed.',
    next: [`the same command with ${option} 2h`],
  });
}
