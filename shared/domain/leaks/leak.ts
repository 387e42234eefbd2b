import type { Fate } from '../version.ts';

/**
 * What became of a value that was found. `incident`: it may still open something, and a break-glass is proposed. `closed`: of a
 * version that is dead already. `candidate`: nobody's that we know. `not-compared`: there was nothing to compare.
 */
export const LEAK_RESULTS = ['incident', 'closed', 'candidate', 'not-compared'] as const;
export type LeakResult = (typeof LEAK_RESULTS)[number];

/** How long a secret is, as far as it is kept. */
export const LENGTH_CLASSES = ['1-7', '8-15', '16-31', '32-63', '64-127', '128+'] as const;
export type LengthClass = (typeof LENGTH_CLASSES)[number];

/** Where a scanner found something: texts of others, as long as 512 characters, and never trusted. Nothing of the value. */
export interface LeakDetail {
  readonly result: LeakResult;
  readonly scanner: string;
  readonly rule: string;
  readonly file: string;
  readonly line?: number;
  readonly commit?: string;
  /** Absent where only a text that it stands in is known. */
  readonly length?: LengthClass;
}

const RESULT_OF: Readonly<Record<Fate, 'incident' | 'closed'>> = {
  // It is about to be what opens.
  pending: 'incident',
  live: 'incident',
  grace: 'incident',
  // Off, and on again with the same value if the alarm was mistaken.
  cut: 'incident',
  // Nobody has seen it refused.
  'revoked-unproven': 'incident',
  'revoked-proven': 'closed',
  failed: 'closed',
};

export function resultOf(fate: Fate): 'incident' | 'closed' {
  return RESULT_OF[fate];
}

export function lengthClassOf(length: number): LengthClass {
  const bound = [8, 16, 32, 64, 128].findIndex((next) => length < next);
  return LENGTH_CLASSES[bound] ?? '128+';
}

const LONGEST_TEXT = 512;

/** A text of others as it is kept: without what was found, and no longer than it may be. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const clean = secrets
    .filter((secret) => secret !== '')
    .reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
  return clean.slice(0, LONGEST_TEXT);
}
