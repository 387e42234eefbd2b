import type { Change } from '../config/difference.ts';
import type { Wanted } from '../config/records.ts';
import { forecastWarning } from './forecast-warning.ts';
import { windowForecast } from './window-forecast.ts';

/** Days of windows that are looked at. */
const AHEAD_DAYS = 14;

/** Windows of the classes that the file changes which could not hold their work, by the values that are there now. */
export function windowWarnings(
  changes: readonly Change[],
  wanted: Wanted,
  enrolled: Pick<Wanted, 'secrets'>,
  nowMs: number,
): string[] {
  const touched = classesOf(changes);
  return wanted.classes
    .filter(({ name }) => touched.has(name))
    .flatMap((record) => {
      const forecast = windowForecast(record, enrolled.secrets, { nowMs, days: AHEAD_DAYS });
      return forecastWarning(forecast) ?? [];
    });
}

/** Kinds with a gap in the classes that the file changes and that rotate by themselves. `gapOf`: in the words of each kind. */
export function gapWarnings(
  changes: readonly Change[],
  wanted: Wanted,
  gapOf: (kind: string) => string | null,
): string[] {
  const touched = classesOf(changes);
  return wanted.classes
    .filter(({ name, policy }) => touched.has(name) && policy.rotation !== undefined)
    .flatMap(({ name }) => {
      const kinds = new Set(
        wanted.secrets.flatMap(({ className, kind }) => (className === name ? kind : [])),
      );
      return [...kinds].flatMap((kind) => {
        const gap = gapOf(kind);
        return gap === null ? [] : [`class ${name} rotates by itself, and ${kind} has a gap: ${gap}`];
      });
    });
}

/** Changed themselves, or by a secret. */
function classesOf(changes: readonly Change[]): Set<string> {
  return new Set(
    changes.flatMap(({ family, name, put }) => {
      if (family === 'classes') return name;
      return (put.secrets ?? []).map(({ className }) => className);
    }),
  );
}
