import type { Clock } from '../../shared/ports/clock.ts';

export interface Health {
  readonly ok: boolean;
  /** How long ago the engine looked for work; null: it has not yet, another process's engine may be at it. */
  readonly lookedMsAgo: number | null;
}

/** An engine that is at work looks every few milliseconds. */
const LONGEST_BETWEEN_LOOKS_MS = 30_000;

export function healthOf(lookedAtMs: number | null, { nowMs }: Pick<Clock, 'nowMs'>): Health {
  const lookedMsAgo = lookedAtMs === null ? null : Math.abs(nowMs() - lookedAtMs);
  return { ok: lookedMsAgo !== null && lookedMsAgo < LONGEST_BETWEEN_LOOKS_MS, lookedMsAgo };
}
