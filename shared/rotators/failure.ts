import type { Outcome } from './rotator.ts';

export type Failure = Extract<Outcome, { ok: false }>;

export const failure = (reason: Failure['reason'], message: string): Failure => ({
  ok: false,
  reason,
  message,
});
