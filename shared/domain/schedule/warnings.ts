import type { Change } from '../config/difference.ts';
import type { Wanted } from '../config/records.ts';
import type { SecretRecord } from '../secret.ts';
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

/**
 * Kinds whose accounts have a gap, in the classes that the file changes and that rotate by themselves. `gapOf`: in the words of each kind; null where an account
 * holds two credentials at once.
 */
export function gapWarnings(
  changes: readonly Change[],
  wanted: Wanted,
  gapOf: (secret: SecretRecord) => string | null,
): string[] {
  const touched = classesOf(changes);
  return wanted.classes
    .filter(({ name, policy }) => touched.has(name) && policy.rotation !== undefined)
    .flatMap(({ name }) => {
      const gaps = new Map(
        wanted.secrets
          .filter(({ className }) => className === name)
          .map((secret) => [secret.kind, gapOf(secret)] as const)
          .filter(([, gap]) => gap !== null),
      );
      return [...gaps].map(([kind, gap]) => `class ${name} rotates by itself, and ${kind} has a gap: ${gap}`);
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
