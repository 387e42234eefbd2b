import type { ClassPolicy, ClassRecord } from '../class.ts';
import type { SecretRecord } from '../secret.ts';
import { capacityOf, heldPlaceMs } from './capacity.ts';
import { LONGEST_CLOSED_MS, nextDue } from './due.ts';
import { isInFlight } from './in-flight.ts';
import type { RotationPolicy } from './rotation-policy.ts';
import { type Share, shareOf } from './share.ts';
import { neverBegun } from './survey.ts';
import { firstNotEnded, openSpans, type Span } from './window.ts';

/** A window of a class to come, or a day of one that is always open. */
export interface WindowForecast extends Span {
  readonly className: string;
  /** Turns that come by its end and after the end of the one before. What is due already comes in the first. */
  readonly due: number;
  /** Secrets that can be begun in it, as far as the class's own share in flight goes. Null: as many as there are. */
  readonly holds: number | null;
  /** Secrets that pass their maximum age before the next one opens, because neither it nor those before it can hold them. */
  readonly late: number;
}

const DAY_MS = 86_400_000;

/**
 * The coming windows of a class and whether they hold its work, as if nothing else held it back: days before one that does
 * not. Pure. Secrets that wait for a person are left out.
 */
export function windowForecast(
  record: ClassRecord,
  /** Of the class, or more. */
  secrets: readonly SecretRecord[],
  { nowMs, days }: { readonly nowMs: number; readonly days: number },
): WindowForecast[] {
  const { rotation } = record.policy;
  if (rotation === undefined) return [];
  const policy = { ...record.policy, rotation };
  const open = openSpans(rotation.windows, nowMs, nowMs + days * DAY_MS + LONGEST_CLOSED_MS);
  const spans = rotation.windows.length === 0 ? daysOf(nowMs, days + 1) : open;
  const turns = secrets
    .filter((secret) => secret.className === record.name && neverBegun(secret, record) === null)
    .filter((secret) => secret.rotation === undefined || isInFlight(secret))
    .map((secret) => turnOf(secret, policy));
  const late = lateIn(turns, spans, policy);
  // No window opens in time for them.
  const opensAtMs = spans[0]?.fromMs ?? nowMs;
  const missed = turns.filter(({ overAgeAtMs }) => overAgeAtMs > nowMs && overAgeAtMs <= opensAtMs);
  const due = countInto(
    spans,
    turns.map(({ dueAtMs }) => dueAtMs),
    rotation.everyMs,
    (atMs) => firstNotEnded(spans, atMs),
  );
  const share = rotation.inFlight.class;
  const holds = share && capacityOf(spans, shareOf(share, turns.length), heldPlaceMs(rotation));
  return spans
    .map((span, index) => ({
      className: record.name,
      ...span,
      due: due[index] ?? 0,
      holds: holds?.[index] ?? null,
      late: (late[index] ?? 0) + (index === 0 ? missed.length : 0),
    }))
    .filter(({ fromMs }) => fromMs < nowMs + days * DAY_MS);
}

type Rotates = ClassPolicy & { readonly rotation: RotationPolicy };

interface Turn {
  readonly target: string;
  readonly tenant: string;
  readonly dueAtMs: number;
  readonly overAgeAtMs: number;
}

/** What is in flight has its next turn after the value that it is getting. */
function turnOf(secret: SecretRecord, policy: Rotates): Turn {
  const { target, tenant, rotation } = secret;
  const since = rotation === undefined ? secret : { ref: secret.ref, valueSinceMs: rotation.startedAtMs };
  return { target, tenant, ...nextDue(since, policy) };
}

/** Until midnight (UTC), and whole days after it. */
function daysOf(nowMs: number, count: number): Span[] {
  const midnightMs = Math.floor(nowMs / DAY_MS) * DAY_MS;
  return Array.from({ length: count }, (_, day) => ({
    fromMs: Math.max(nowMs, midnightMs + day * DAY_MS),
    toMs: midnightMs + (day + 1) * DAY_MS,
  }));
}

/** Where an interval is shorter, its turns of an hour are counted together. */
const TOGETHER_MS = 3_600_000;

/** How many moments come into each span: the first of each turn, and those that follow it an interval apart. */
function countInto(
  spans: readonly Span[],
  moments: readonly number[],
  intervalMs: number,
  spanOf: (atMs: number) => number,
): number[] {
  const counts = spans.map(() => 0);
  const fromMs = spans[0]?.fromMs ?? 0;
  const endMs = spans.at(-1)?.toMs ?? 0;
  const stepMs = Math.max(intervalMs, TOGETHER_MS);
  for (const firstMs of moments) {
    // What has been due for long is due once.
    for (let atMs = Math.max(firstMs, fromMs); atMs < endMs; atMs += stepMs) {
      const index = spanOf(atMs);
      counts[index] = (counts[index] ?? 0) + stepMs / intervalMs;
    }
  }
  return counts.map(Math.round);
}

/** Newly late in each span, by the tightest of the bounds: the class's, all its targets' together, all its tenants' together. */
function lateIn(turns: readonly Turn[], spans: readonly Span[], policy: Rotates): number[] {
  const { inFlight } = policy.rotation;
  const byClass = groupLate([turns], inFlight.class, spans, policy);
  const byTarget = groupLate(grouped(turns, 'target'), inFlight.target, spans, policy);
  const byTenant = groupLate(grouped(turns, 'tenant'), inFlight.tenant, spans, policy);
  return spans.map((_, index) => Math.max(byClass[index] ?? 0, byTarget[index] ?? 0, byTenant[index] ?? 0));
}

function grouped(turns: readonly Turn[], by: 'target' | 'tenant'): Turn[][] {
  return [...Map.groupBy(turns, (turn) => turn[by]).values()];
}

function groupLate(
  groups: readonly (readonly Turn[])[],
  share: Share | undefined,
  spans: readonly Span[],
  policy: Rotates,
): number[] {
  const late = spans.map(() => 0);
  for (const turns of groups) {
    const room = share && capacityOf(spans, shareOf(share, turns.length), heldPlaceMs(policy.rotation));
    const moments = turns.map(({ overAgeAtMs }) => overAgeAtMs);
    // The last that opens before the moment has to hold it; who is over age already goes in the first.
    const needed = countInto(spans, moments, policy.maxAgeMs, (atMs) => lastBegun(spans, atMs));
    let before = 0;
    let balance = 0;
    for (const [index, count] of needed.entries()) {
      balance += count - (room?.[index] ?? count);
      late[index] = (late[index] ?? 0) + Math.max(0, Math.max(0, balance) - before);
      before = Math.max(0, balance);
    }
  }
  return late;
}

function lastBegun(spans: readonly Span[], atMs: number): number {
  const index = firstNotEnded(spans, atMs);
  const begun = (spans[index]?.fromMs ?? Number.POSITIVE_INFINITY) < atMs;
  return Math.max(0, begun ? index : index - 1);
}
