import { type QuarantinePlan, quarantinePlanHash, type ReadOfLate } from '../domain/quarantine/plan.ts';
import { quarantinedAs } from '../domain/quarantine/record.ts';
import { isBy, isOfValue } from '../domain/reads/value-read.ts';
import { whoIsMeant } from './pseudonym/name-people.ts';
import type { Needs } from './services.ts';

/** How far back it is shown what a principal has read. */
const LATELY_MS = 7 * 86_400_000;
/** Secrets that are shown of it. */
const MOST = 50;

/** What a quarantine would do, its hash, and what the principal has read of late: which stops working for it, and which it may hold. */
export async function planQuarantine(
  services: Needs<'principalFence' | 'audit' | 'pseudonyms' | 'clock'>,
  named: string,
): Promise<{
  readonly plan: QuarantinePlan;
  readonly planHash: string;
  readonly read: readonly ReadOfLate[];
}> {
  const { principalFence, audit, clock } = services;
  const { name, called } = await whoIsMeant(services, named);
  const principal = quarantinedAs(name);
  const plan: QuarantinePlan = {
    v: 1,
    principal,
    layers: [
      { layer: 'resolver', does: 'Rekey refuses it every secret, at once' },
      ...principalFence.plan(principal),
    ],
  };
  const entries = await audit.find({ action: ['read'], sinceMs: clock.nowMs() - LATELY_MS });
  const own = entries.filter(
    (entry) => entry.outcome === 'success' && isOfValue(entry) && isBy(entry, [principal, ...called]),
  );
  const read = [...Map.groupBy(own, ({ ref, read: detail }) => ref ?? detail?.named ?? 'unknown')].map(
    ([ref, reads]) => ({
      ref,
      reads: reads.length,
      lastMs: reads.reduce((last, { atMs }) => Math.max(last, atMs), 0),
    }),
  );
  return {
    plan,
    planHash: quarantinePlanHash(plan),
    read: read.toSorted((one, other) => other.lastMs - one.lastMs).slice(0, MOST),
  };
}
