import type { ClassPolicy } from '../class.ts';
import type { SecretRecord } from '../secret.ts';
import type { RotationPolicy } from './rotation-policy.ts';
import { nextSlotMs } from './slot.ts';
import { firstNotEnded, openSpans, type Span } from './window.ts';

/** A window of one day a week that a change of the clock left out opens a fortnight after its last. With a day to spare. */
export const LONGEST_CLOSED_MS = 15 * 86_400_000;

export interface Due {
  /** 0: nobody knows how old the value is. */
  readonly dueAtMs: number;
  /** When its value is older than its class allows. 0 as before. */
  readonly overAgeAtMs: number;
}

/**
 * The oldest a value may become before its secret is begun: others may have to go first. The maximum age without a twentieth
 * of it, a day at most.
 */
export function latestAgeMs({ maxAgeMs }: Pick<ClassPolicy, 'maxAgeMs'>): number {
  return maxAgeMs - Math.min(Math.floor(maxAgeMs / 20), 86_400_000);
}

/**
 * When a secret is to get its next value: at its own place in the interval (`nextSlotMs`), or, where no window opens between
 * that and the latest moment before its maximum age, as the last one before it opens. Pure.
 *
 * `spans`: when the windows are open, from `LONGEST_CLOSED_MS` before the answer to as long after it. Default: worked out
 * for the one secret.
 */
export function nextDue(
  secret: Pick<SecretRecord, 'ref' | 'valueSinceMs'>,
  policy: ClassPolicy & { readonly rotation: RotationPolicy },
  spans?: readonly Span[],
): Due {
  const { valueSinceMs } = secret;
  if (valueSinceMs === undefined) return { dueAtMs: 0, overAgeAtMs: 0 };
  const { everyMs, windows } = policy.rotation;
  const overAgeAtMs = valueSinceMs + policy.maxAgeMs;
  const latestMs = latestAgeMs(policy);
  const slotMs = nextSlotMs(secret.ref, valueSinceMs, Math.min(everyMs, latestMs), latestMs);
  const open = spans ?? openSpans(windows, slotMs - LONGEST_CLOSED_MS, slotMs + LONGEST_CLOSED_MS);
  const index = firstNotEnded(open, slotMs);
  const opensAtMs = open[index]?.fromMs ?? Number.POSITIVE_INFINITY;
  if (opensAtMs <= valueSinceMs + latestMs) return { dueAtMs: slotMs, overAgeAtMs };
  const before = open[index - 1];
  // A window from before it had its value is no turn of its own: then it is late.
  const dueAtMs = before === undefined || before.toMs <= valueSinceMs ? slotMs : before.fromMs;
  return { dueAtMs: Math.max(dueAtMs, valueSinceMs), overAgeAtMs };
}
