import { formatDuration } from '../config/duration.ts';
import type { WindowForecast } from './window-forecast.ts';

/** Of a class: the first window that cannot hold its work, and how many secrets pass their maximum age for it. Null: none. */
export function forecastWarning(forecast: readonly WindowForecast[]): string | null {
  const late = forecast.filter((window) => window.late > 0);
  const first = late[0];
  if (first === undefined) return null;
  const secrets = late.reduce((sum, window) => sum + window.late, 0);
  const when = `${new Date(first.fromMs).toISOString().slice(0, 16)}Z`;
  const holds = first.holds === null ? '' : `, which holds ${first.holds},`;
  return `class ${first.className}: the window of ${when} (${formatDuration(first.toMs - first.fromMs)})${holds} comes too late or is too small: ${secrets} ${secrets === 1 ? 'secret passes its' : 'secrets pass their'} maximum age. Widen its windows, or inFlight`;
}
