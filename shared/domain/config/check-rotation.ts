import { longestClosed } from '../schedule/longest-closed.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { Rotation, rotationPolicy } from './rotation.ts';

/** One mistake of a class's rotation, with its place in it. */
type Mistake = (path: readonly PropertyKey[], code: string, message: string) => void;

/** What of a class's rotation cannot be, though each word of it could. What is of another shape is not looked at. */
export function checkRotation(maxAge: string | undefined, written: unknown, mistake: Mistake): void {
  const parsed = Rotation.safeParse(written);
  if (!parsed.success) return;
  const { everyMs, windows, graceMs, confirm } = rotationPolicy(parsed.data);
  const maxAgeMs = parseDuration(maxAge ?? '');
  if (maxAgeMs !== null && everyMs > maxAgeMs) {
    mistake(
      ['every'],
      'interval-too-long',
      `every ${formatDuration(everyMs)} is longer than maxAge, ${formatDuration(maxAgeMs)}`,
    );
  }
  const lastsMs = confirm.withinMs + graceMs;
  if (lastsMs >= everyMs) {
    mistake(
      ['every'],
      'interval-too-short',
      `every ${formatDuration(everyMs)} is over before a rotation is: confirmations ${formatDuration(confirm.withinMs)}, then grace ${formatDuration(graceMs)}`,
    );
  }
  for (const [index, { fromMinute, toMinute }] of windows.entries()) {
    if (fromMinute === toMinute) {
      mistake(
        ['windows', index],
        'window-empty',
        'this window never opens: it ends as it begins (a whole day is 00:00 to 24:00)',
      );
    }
  }
  const closedMs = longestClosed(windows);
  if (maxAgeMs !== null && windows.length > 0 && closedMs >= maxAgeMs) {
    mistake(
      ['windows'],
      'windows-too-rare',
      `the windows are closed for up to ${formatDuration(closedMs)}: maxAge is ${formatDuration(maxAgeMs)}`,
    );
  }
}
