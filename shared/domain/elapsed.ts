import { formatDuration } from './config/duration.ts';

/** How long something took, for people: hundredths of a second below a minute (`4.31 s`), then to the second (`2m5s`). */
export function elapsedText(ms: number): string {
  // What would be rounded up to 60.00 s is a minute.
  return ms < 59_995 ? `${(ms / 1_000).toFixed(2)} s` : formatDuration(ms);
}
