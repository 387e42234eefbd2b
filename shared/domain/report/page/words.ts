import type { Certainty, Severity } from '../../detect/finding.ts';
import type { Tone } from '../../page/words.ts';

/** No colour says what a word does not. */
export const SEVERITY_TONES: Readonly<Record<Severity, Tone>> = {
  low: 'dim',
  medium: 'note',
  high: 'bad',
  critical: 'bad',
};

export const CERTAINTIES: Readonly<Record<Certainty, string>> = {
  possible: 'possibly',
  likely: 'likely',
  certain: 'certain',
};

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** `3 d`, `5 h`: how long ago, or how old, to a person. */
export function ageText(ms: number): string {
  if (ms >= 2 * DAY_MS) return `${Math.floor(ms / DAY_MS)} d`;
  return ms >= HOUR_MS ? `${Math.floor(ms / HOUR_MS)} h` : `${Math.max(0, Math.floor(ms / 60_000))} min`;
}

/** `1 h`, `6 h`, `1 d`, `1 w`: the width of a column. */
export function widthText(ms: number): string {
  if (ms % (7 * DAY_MS) === 0) return `${ms / (7 * DAY_MS)} w`;
  return ms % DAY_MS === 0 ? `${ms / DAY_MS} d` : `${ms / HOUR_MS} h`;
}

/** `12 345`. */
export function numberText(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** `99.2 %`: never rounded up to all, nor down to nothing. */
export function shareText(part: number, whole: number): string {
  if (whole === 0) return '–';
  if (part === whole) return '100 %';
  if (part === 0) return '0 %';
  return `${Math.min(99.9, Math.max(0.1, Math.round((part / whole) * 1_000) / 10)).toFixed(1)} %`;
}
