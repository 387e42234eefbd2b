import type { ClassPolicy, ClassRecord } from '../class.ts';
import { type SecretRecord, STATIC_KIND } from '../secret.ts';
import { type Ahead, aheadOf, earlyOf, partsLeft } from './ahead.ts';
import { type AskedRotation, dueAsAsked } from './asked.ts';
import { type Due, LONGEST_CLOSED_MS, nextDue } from './due.ts';
import { type Freeze, forgivenUntilMs } from './freeze.ts';
import { type Count, countIn, isInFlight } from './in-flight.ts';
import type { RotationPolicy } from './rotation-policy.ts';
import { shareOf } from './share.ts';
import { noTries, type RecentTries, takeIn } from './tries.ts';
import { openSpans, type Span } from './window.ts';

/** What is known when somebody looks who is to rotate. */
export interface World {
  readonly classes: readonly ClassRecord[];
  /** Of every class, each once: what is in flight counts at its target too. */
  readonly secrets: readonly SecretRecord[];
  readonly freezes: readonly Freeze[];
  /** What rules asked for. Left out: nothing. */
  readonly asked?: readonly AskedRotation[];
  readonly nowMs: number;
}

/** A class that rotates by itself. */
export interface Rotating {
  readonly record: ClassRecord;
  readonly policy: ClassPolicy & { readonly rotation: RotationPolicy };
  /** When its windows are open, some weeks before and after now. */
  readonly spans: readonly Span[];
  readonly count: Count;
  readonly recent: RecentTries;
  readonly forgivenUntilMs: number;
  readonly ahead: Ahead;
  /** Secrets that may still go before they are due. */
  early: number;
}

export interface Candidate extends Due {
  readonly secret: SecretRecord;
  readonly rotating: Rotating;
}

export interface Survey {
  readonly classes: ReadonlyMap<string, Rotating>;
  readonly targets: Map<string, Count>;
  readonly tenants: Map<string, Count>;
  /** What is due, and what may go early. */
  readonly candidates: Candidate[];
}

/** Why a secret never rotates by itself. */
export type Never = 'no-target' | 'no-current-version' | 'no-rotation-policy';

export function neverBegun(secret: SecretRecord, record: ClassRecord | undefined): Never | null {
  if (secret.kind === STATIC_KIND || secret.target === '') return 'no-target';
  if (secret.currentVersionId === undefined) return 'no-current-version';
  return record?.policy.rotation === undefined ? 'no-rotation-policy' : null;
}

/** Counts what there is and finds what is due. What it holds grows with what can be begun alone. */
export function surveyOf(world: World): Survey {
  const { classes, secrets, nowMs } = world;
  const asked = new Map(world.asked?.map((one) => [one.ref, one]));
  const survey: Survey = {
    classes: new Map(classes.flatMap((record) => rotatingOf(record, world))),
    targets: new Map(),
    tenants: new Map(),
    candidates: [],
  };
  for (const secret of secrets) {
    if (secret.kind === STATIC_KIND || secret.target === '') continue;
    const inFlight = isInFlight(secret);
    countIn(survey.targets, secret.target, inFlight);
    countIn(survey.tenants, secret.tenant, inFlight);
    const rotating = survey.classes.get(secret.className);
    if (rotating === undefined) continue;
    rotating.count.total += 1;
    if (inFlight) rotating.count.inFlight += 1;
    takeIn(rotating.recent, secret, rotating.forgivenUntilMs);
    if (inFlight || neverBegun(secret, rotating.record) !== null) continue;
    const routine = nextDue(secret, rotating.policy, rotating.spans);
    const due = dueAsAsked(routine, secret, asked.get(secret.ref));
    const isDue = due.dueAtMs <= nowMs;
    if (isDue) survey.candidates.push({ ...due, secret, rotating });
    const waiting = rotating.ahead.waiting[partsLeft(rotating.ahead, secret.valueSinceMs ?? 0)];
    if (waiting === undefined) continue;
    waiting.all += 1;
    if (isDue) waiting.due += 1;
  }
  addEarly(survey, secrets, nowMs);
  return survey;
}

function rotatingOf(record: ClassRecord, { freezes, nowMs }: World): [string, Rotating][] {
  const { rotation } = record.policy;
  if (rotation === undefined) return [];
  const policy = { ...record.policy, rotation };
  const spans = openSpans(rotation.windows, nowMs - LONGEST_CLOSED_MS, nowMs + 2 * LONGEST_CLOSED_MS);
  const rotating: Rotating = {
    record,
    policy,
    spans,
    count: { total: 0, inFlight: 0 },
    recent: noTries(),
    forgivenUntilMs: forgivenUntilMs(record.name, freezes),
    ahead: aheadOf(policy, spans, nowMs),
    early: 0,
  };
  return [[record.name, rotating]];
}

/** Those that later windows could not hold beside the others. */
function addEarly({ classes, candidates }: Survey, secrets: readonly SecretRecord[], nowMs: number): void {
  const within = new Map<string, number>();
  for (const [name, rotating] of classes) {
    const { rotation } = rotating.policy;
    const share = rotation.inFlight.class;
    if (share === undefined) continue;
    const early = earlyOf(rotating.ahead, rotation, shareOf(share, rotating.count.total));
    rotating.early = early.count;
    if (early.count > 0) within.set(name, early.partsLeft);
  }
  if (within.size === 0) return;
  const already = new Set(candidates.map(({ secret }) => secret.ref));
  const isIn = ({ ref }: SecretRecord) => already.has(ref);
  for (const secret of secrets) {
    const parts = within.get(secret.className);
    const rotating = classes.get(secret.className);
    if (parts === undefined || rotating === undefined || secret.valueSinceMs === undefined) continue;
    if (isInFlight(secret) || neverBegun(secret, rotating.record) !== null) continue;
    if (partsLeft(rotating.ahead, secret.valueSinceMs) > parts) continue;
    const due = nextDue(secret, rotating.policy, rotating.spans);
    if (due.dueAtMs > nowMs && !isIn(secret)) candidates.push({ ...due, secret, rotating });
  }
}
