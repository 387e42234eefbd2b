import type { AuditEntry } from '../domain/audit/entry.ts';
import { LATENESS_MS } from '../domain/detect/detector.ts';
import type { Finding } from '../domain/detect/finding.ts';
import { auditGap, trailStopped } from '../domain/detect/look-findings.ts';
import { STANDARD_POLICY } from '../domain/detect/policy.ts';
import { readRecord } from '../domain/reads/cloudtrail/read-record.ts';
import { compareWithTrail, type Disagreement, idOf } from '../domain/reads/completeness.ts';
import { hoursBefore, reconciledOperation } from '../domain/reads/reconciled.ts';
import { gatherLooked } from './gather-looked.ts';
import type { Needs } from './services.ts';
import { takeInRecords } from './take-in-records.ts';

/** CloudTrail delivers a file about every five minutes: without one for so long it delivers none. */
const STOPPED_AFTER_MS = 3_600_000;
/** A file comes after what it tells of; an entry as late as the lateness. */
const COMPLETE_AFTER_MS = 2 * LATENESS_MS;

/** What a trail holds of a stretch of time, up to now. */
export interface TrailOfLate {
  readonly trail: string;
  readonly sinceMs: number;
  /** Of the newest file there is; null: none within the time that was looked at. */
  readonly newestFileMs: number | null;
  readonly records: readonly unknown[];
}

export interface Reconciled extends Disagreement {
  readonly compared: number;
  readonly findings: readonly Finding[];
}

/**
 * Leaves: what the trail has and the audit had not taken in, an entry that says until when both hold the same, and findings of
 * what they do not agree on, of a trail that delivers nothing. Run again it finds the same once a day.
 */
export async function reconcileReads(
  services: Needs<'registry' | 'naming' | 'pseudonyms' | 'deadLetters' | 'cases' | 'audit' | 'clock'>,
  { trail, sinceMs, newestFileMs, records }: TrailOfLate,
): Promise<Reconciled> {
  const { registry, audit, clock } = services;
  const nowMs = clock.nowMs();
  const policy = (await registry.detection()) ?? STANDARD_POLICY;
  const stretch = { fromMs: sinceMs, toMs: nowMs - COMPLETE_AFTER_MS };
  const taken = records.map((record) => ({ record, told: readRecord(record) }));
  const entries = await audit.find({
    action: ['read', 'change'],
    sinceMs: stretch.fromMs,
    untilMs: stretch.toMs,
  });
  const { missing, invented } = compareWithTrail(
    taken.map(({ told }) => told),
    entries,
    stretch,
  );
  // Idempotent: what is there stays as it is.
  const lacking = new Set(missing);
  await takeInRecords(
    services,
    taken.filter(({ told }) => lacking.has(idOf(told)) || told.kind === 'unread'),
  );
  const findings = [
    auditGap({ ...stretch, missing, invented }),
    newestFileMs === null || nowMs - newestFileMs > STOPPED_AFTER_MS
      ? trailStopped({ trail, stoppedAtMs: newestFileMs ?? sinceMs })
      : null,
  ].filter((finding) => finding !== null);
  await registry.append(
    await reconciledEntries(services, {
      trail,
      fromMs: sinceMs,
      // What a file will tell that is still to come is not in the newest one.
      untilMs: Math.min(newestFileMs ?? Number.NEGATIVE_INFINITY, nowMs) - COMPLETE_AFTER_MS,
      unread: taken.filter(({ told }) => told.kind === 'unread').length,
    }),
  );
  await gatherLooked(services, policy, findings);
  return { compared: taken.length, missing, invented, findings };
}

/** None where no file vouches for any of it. A stretch that begins within the one before it carries that one on. */
async function reconciledEntries(
  { audit, clock }: Needs<'audit' | 'clock'>,
  stretch: NonNullable<AuditEntry['reconciled']>,
): Promise<AuditEntry[]> {
  if (stretch.untilMs <= stretch.fromMs) return [];
  const nowMs = clock.nowMs();
  const { trail, unread, untilMs } = stretch;
  const before = await lastReconciled({ audit }, nowMs, trail);
  const joins = before !== null && before.untilMs >= stretch.fromMs && before.untilMs <= untilMs;
  const fromMs = joins ? Math.min(before.fromMs, stretch.fromMs) : stretch.fromMs;
  const times = `${new Date(fromMs).toISOString()} to ${new Date(untilMs).toISOString()}`;
  return [
    {
      v: 1,
      id: `reconcile:${trail}:${fromMs}:${untilMs}`,
      atMs: nowMs,
      action: 'reconcile',
      outcome: 'success',
      actor: { user: 'rekey' },
      source: 'rekey',
      operation: reconciledOperation(nowMs),
      reason: `the audit holds what trail ${trail} has of ${times}`,
      reconciled: { trail, fromMs, untilMs, unread },
    },
  ];
}

/** How far a trail, or whichever it is, was last compared, looked for as far back as a day. Null: not within it. */
export async function lastReconciled(
  { audit }: Needs<'audit'>,
  nowMs: number,
  trail?: string,
): Promise<NonNullable<AuditEntry['reconciled']> | null> {
  for (const operation of hoursBefore(nowMs)) {
    const entries = await audit.find({ action: ['reconcile'], operation });
    const last = entries.findLast(
      ({ reconciled }) => reconciled !== undefined && (trail ?? reconciled.trail) === reconciled.trail,
    );
    if (last?.reconciled !== undefined) return last.reconciled;
  }
  return null;
}
