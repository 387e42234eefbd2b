import type { ClassPolicy } from '../class.ts';
import { capacityOf, heldPlaceMs } from './capacity.ts';
import { latestAgeMs } from './due.ts';
import type { RotationPolicy } from './rotation-policy.ts';
import { firstNotEnded, type Span } from './window.ts';

/** Time is counted in parts of this share of the maximum age, a day at most. */
const PART = 1 / 30;
const DAY_MS = 86_400_000;

/**
 * What of a class's work is for later. A class that left each secret alone until it is due would come before a window that
 * cannot hold them all, after others that were half empty: what does not fit in later goes early.
 */
export interface Ahead {
  readonly latestAgeMs: number;
  /** When secrets can be begun after now, in parts, as far as the maximum age. Empty while the class's windows are closed. */
  readonly later: readonly Span[];
  /** How many secrets have their latest moment after that many of them have begun. */
  readonly waiting: { all: number; due: number }[];
}

export function aheadOf(policy: ClassPolicy, spans: readonly Span[], nowMs: number): Ahead {
  const open = spans[firstNotEnded(spans, nowMs)];
  const closed = open === undefined || open.fromMs > nowMs;
  const partMs = Math.min(DAY_MS, Math.ceil(policy.maxAgeMs * PART));
  const later = closed ? [] : partsOf(spans, nowMs, nowMs + policy.maxAgeMs, partMs).slice(1);
  return {
    latestAgeMs: latestAgeMs(policy),
    later,
    waiting: later.map(() => ({ all: 0, due: 0 })),
  };
}

function partsOf(spans: readonly Span[], fromMs: number, toMs: number, longestMs: number): Span[] {
  return spans.flatMap((span) => {
    const parts: Span[] = [];
    const endMs = Math.min(span.toMs, toMs);
    for (let partMs = Math.max(span.fromMs, fromMs); partMs < endMs; partMs += longestMs) {
      parts.push({ fromMs: partMs, toMs: Math.min(partMs + longestMs, endMs) });
    }
    return parts;
  });
}

/** How many of the later parts have begun at a value's latest moment. None: it goes now, or too late. */
export function partsLeft({ later, latestAgeMs }: Ahead, valueSinceMs: number): number {
  const latestMs = valueSinceMs + latestAgeMs;
  const index = firstNotEnded(later, latestMs);
  return (later[index]?.fromMs ?? Number.POSITIVE_INFINITY) < latestMs ? index + 1 : index;
}

/** So many that are not due go now, of those that have at most so many parts left. */
export interface Early {
  readonly count: number;
  readonly partsLeft: number;
}

export function earlyOf({ later, waiting }: Ahead, rotation: RotationPolicy, atOnce: number): Early {
  const capacity = capacityOf(later, atOnce, heldPlaceMs(rotation));
  let early: Early = { count: 0, partsLeft: -1 };
  let all = 0;
  let due = 0;
  let room = 0;
  for (const [parts, those] of waiting.entries()) {
    all += those.all;
    due += those.due;
    const count = Math.min(all - room, all) - due;
    if (count > early.count) early = { count, partsLeft: parts };
    room += capacity[parts] ?? 0;
  }
  return early;
}
