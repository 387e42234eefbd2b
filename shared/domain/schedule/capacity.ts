import type { RotationPolicy } from './rotation-policy.ts';
import type { Span } from './window.ts';

/** A scheduler looks as often at least. */
const LOOK_EVERY_MS = 5 * 60_000;

/** How long one rotation is in flight: to the end of its grace, and until the look after that sees it. */
export function heldPlaceMs({ graceMs }: RotationPolicy): number {
  return graceMs + LOOK_EVERY_MS;
}

/** How many secrets can be begun in each of some spans, in order, where `atOnce` may be in flight. Rounded down. */
export function capacityOf(spans: readonly Span[], atOnce: number, heldMs: number): number[] {
  let freeAtMs = Number.NEGATIVE_INFINITY;
  return spans.map(({ fromMs, toMs }) => {
    const beginMs = Math.max(fromMs, freeAtMs);
    if (beginMs >= toMs) return 0;
    // The last look may come before the last round could begin. Who begins late holds his place after it has closed.
    const rounds = Math.max(1, Math.ceil((toMs - beginMs - LOOK_EVERY_MS) / heldMs));
    freeAtMs = beginMs + rounds * heldMs;
    return rounds * atOnce;
  });
}
