import { LONGEST_PAUSE_MS, pauseEnd } from './clock-set.ts';

import type { PasswordPolicy } from './password.ts';

/** The system that accepts the credentials. */
export interface TargetRecord {
  readonly v: 1;
  readonly id: string;
  readonly kind: string;
  /** In the words of its kind, checked by that kind's schema (postgres: host, port, database, tls). */
  readonly connection: Readonly<Record<string, unknown>>;
  /** The network from which it is reached. One machine has one, `local`. */
  readonly network: string;
  /** References of the admin credentials, in the order in which they are used; each of another class. */
  readonly admins: readonly { readonly user: string; readonly passwordRef: string }[];
  /** Connections Rekey opens at once. Default 8. */
  readonly maxConnections: number;
  /** What it takes for a password. Left out: 32 characters of base64url. */
  readonly passwords?: PasswordPolicy;
}

/** Opened when a target was found dead, or asked to be left alone: its batches fail fast until `openUntilMs`. */
export interface Breaker {
  readonly target: string;
  readonly failures: number;
  readonly openUntilMs: number;
  readonly reason: string;
  readonly atMs: number;
}

/** When its batches are let through again. One written before the clock was set back keeps nobody longer than it was meant to. */
export function breakEnd({ openUntilMs, atMs }: Breaker, nowMs: number): number {
  return pauseEnd(openUntilMs, nowMs, Math.max(LONGEST_PAUSE_MS, openUntilMs - atMs));
}
