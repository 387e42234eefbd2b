import { sha256Hex } from '../canonical.ts';
import { dateOf } from './calendar.ts';
import type { Rule } from './rule.ts';

const DAY_MS = 86_400_000;

/** UTC day of an instant: days since 1970-01-01. */
export function dayOf(atMs: number): number {
  return Math.floor(atMs / DAY_MS);
}

/** One a rule, key and day, whoever looks and however often. Holds no foreign text: it goes into commands and addresses. */
export function findingId(rule: Rule, key: string, day: number): string {
  return `${rule}-${dateOf(day)}-${sha256Hex(key).slice(0, 12)}`;
}
