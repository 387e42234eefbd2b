import { formatDuration } from '../config/duration.ts';
import { given } from '../given.ts';
import type { Finding } from './finding.ts';
import { dayOf, findingId } from './finding-id.ts';
import type { DetectionPolicy } from './policy.ts';

/** A secret that has a value, and when it was read last, as far as the audit goes back. */
export interface Use {
  readonly ref: string;
  readonly className: string;
  readonly tenant: string;
  readonly valueSinceMs: number;
  /** Left out: never. */
  readonly lastReadAtMs?: number;
  /** Nothing is to read it. */
  readonly decoy?: true;
}

/** Secrets that nobody reads: waste, or read by a way that is not seen. One finding a week of each, as long as it is so. */
export function neverRead(uses: readonly Use[], policy: DetectionPolicy, nowMs: number): Finding[] {
  const { after } = policy.rules['never-read'];
  return uses.flatMap((use): Finding[] => {
    const { ref, className, tenant, valueSinceMs, lastReadAtMs, decoy } = use;
    const unreadMs = nowMs - (lastReadAtMs ?? valueSinceMs);
    if (decoy === true || unreadMs < after) return [];
    return [
      {
        v: 1,
        id: findingId('never-read', ref, weekOf(nowMs)),
        rule: 'never-read',
        atMs: nowMs,
        severity: 'low',
        certainty: 'possible',
        ref,
        className,
        tenant,
        seen: `${ref} was ${lastReadAtMs === undefined ? 'never read since it got a value,' : 'read last'} ${formatDuration(unreadMs)} ago`,
        unusual: `a secret that is needed is read within ${formatDuration(after)}`,
        evidence: [],
        next: `rekey status ${ref}`,
      },
    ];
  });
}

/** First day of the week of UTC days that begins with a Thursday, as 1970 did. */
function weekOf(atMs: number): number {
  return dayOf(atMs) - (dayOf(atMs) % 7);
}

/** Entries that wait to be judged, and nobody judges. Null: all is well, or there is nothing to judge. `judgedAtMs`: when the last was, at the latest. */
export function detectorQuiet(
  { judgedAtMs, waiting }: { readonly judgedAtMs: number; readonly waiting: number },
  policy: DetectionPolicy,
  nowMs: number,
): Finding | null {
  const { after } = policy.rules['detector-quiet'];
  const quietMs = nowMs - judgedAtMs;
  if (quietMs < after || waiting === 0) return null;
  return ofStream('detector-quiet', nowMs, {
    severity: 'high',
    certainty: 'certain',
    seen: `no entry was judged for ${formatDuration(quietMs)}, and at least ${waiting} wait`,
    unusual: `within ${formatDuration(after)} each is judged`,
    next: 'rekey doctor',
  });
}

/** Whom a trail was stopped by, where that is known. */
export interface StoppedTrail {
  readonly trail: string;
  readonly stoppedAtMs: number;
  readonly principal?: string;
  readonly evidence?: readonly string[];
}

/** The trail delivers nothing any more: whoever reads from now on is not seen. Where nothing at all was called, it has nothing to deliver. */
export function trailStopped({ trail, stoppedAtMs, principal, evidence = [] }: StoppedTrail): Finding {
  return {
    ...ofStream('trail-stopped', stoppedAtMs, {
      severity: 'critical',
      certainty: 'likely',
      seen: `trail ${trail} has delivered nothing since ${new Date(stoppedAtMs).toISOString()}`,
      unusual: 'it delivers about every five minutes, as long as anything is called',
      next: 'rekey doctor --live',
    }),
    ...given('principal', principal),
    evidence,
  };
}

/** What the trail's files and the audit do not agree on, of a stretch of time. */
export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
  /** Ids of events that a file has and the audit has not, and the reverse. */
  readonly missing: readonly string[];
  readonly invented: readonly string[];
}

/** Null where they agree. */
export function auditGap({ fromMs, toMs, missing, invented }: Gap): Finding | null {
  if (missing.length + invented.length === 0) return null;
  const times = `${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}`;
  return {
    ...ofStream('audit-gap', toMs, {
      severity: invented.length > 0 ? 'critical' : 'high',
      certainty: 'likely',
      seen: `from ${times} the trail has ${missing.length} reads that the audit has not, and the audit ${invented.length} that the trail has not`,
      unusual: 'each read is in both: 0 differ',
      next: 'rekey audit verify',
    }),
    evidence: [...invented, ...missing].slice(0, 20),
  };
}

function ofStream(
  rule: Finding['rule'],
  atMs: number,
  said: Pick<Finding, 'severity' | 'certainty' | 'seen' | 'unusual' | 'next'>,
): Finding {
  return { v: 1, id: findingId(rule, 'stream', dayOf(atMs)), rule, atMs, evidence: [], ...said };
}
