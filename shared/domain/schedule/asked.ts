import type { SecretRecord } from '../secret.ts';
import type { SecretRef } from '../secret-ref.ts';
import type { Due } from './due.ts';

/** A rule asked that a secret get its next value, as if it fell due then. There is one a secret at most: the last. */
export interface AskedRotation {
  readonly v: 1;
  readonly ref: SecretRef;
  /** As the audit has it: the rule. */
  readonly by: string;
  readonly caseId?: string;
  readonly atMs: number;
}

/** Whether its value is still the one from before it was asked for. */
export function isAwaited(secret: Pick<SecretRecord, 'valueSinceMs'>, asked: AskedRotation): boolean {
  return secret.valueSinceMs === undefined || secret.valueSinceMs < asked.atMs;
}

/** Due no later than it was asked for. Everything else is as for any secret that is due: windows, freezes, incidents, bounds. */
export function dueAsAsked(
  due: Due,
  secret: Pick<SecretRecord, 'valueSinceMs'>,
  asked: AskedRotation | undefined,
): Due {
  if (asked === undefined || !isAwaited(secret, asked)) return due;
  return { ...due, dueAtMs: Math.min(due.dueAtMs, asked.atMs) };
}
