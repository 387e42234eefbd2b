import type { SecretRef } from './secret-ref.ts';

/**
 * One consumer to be told of one version. `told`: it has the message. `confirmed`: it says that it uses the version.
 * `overtaken`: another version was current before it had come to that, and that one has a delivery of its own.
 */
export interface Delivery {
  readonly v: 1;
  /** Also the message's id: the same on every retry. */
  readonly id: string;
  readonly incident: string;
  readonly consumer: string;
  readonly ref: SecretRef;
  readonly versionId: string;
  readonly state: 'due' | 'told' | 'confirmed' | 'overtaken';
  readonly mustConfirm: boolean;
  readonly attempts: number;
  readonly dueAtMs: number;
  readonly toldAtMs?: number;
  readonly confirmedAtMs?: number;
  readonly lastError?: string;
  /** SHA-256 of the tokens that confirm it, hexadecimal, oldest first (`confirmation-token.ts`). */
  readonly tokenHashes?: readonly string[];
}

/** Confirmed, told where that suffices, or of no use any more. */
export function isDone({ state, mustConfirm }: Pick<Delivery, 'state' | 'mustConfirm'>): boolean {
  return state === 'confirmed' || state === 'overtaken' || (state === 'told' && !mustConfirm);
}

const FIRST_RETRY_MS = 500;
/** Nothing is told again later than this. */
export const LONGEST_RETRY_MS = 300_000;

/** When to tell again: half a second after the first try, doubling to five minutes. */
export function nextTellAt(attempts: number, nowMs: number): number {
  return nowMs + Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(Math.max(0, attempts - 1), 20));
}
