import * as z from 'zod';
import { isBetweenValues } from '../../shared/domain/between-values.ts';
import type { SecretRecord } from '../../shared/domain/secret.ts';
import { routineGoesOnAt } from '../../shared/domain/under-way.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

/** Longest that one look waits for the next: what ends sooner is not kept waiting, and a clock that was set is noticed. */
const LONGEST_WAIT_MS = 3_600_000;
/** After that the next runs go on with it. */
const LONGEST_RUN_MS = 600_000;

/**
 * Leaves: how the operation stands, and when it is to be looked at again: for as long as a secret of it is between two values,
 * or, where `refs` names some, under way at all. What is in grace otherwise is the next run's.
 */
export const reportRotation = defineFunction({
  name: 'ReportRotation',
  needs: ['registry', 'clock'],
  input: { operationId: z.string(), refs: z.array(z.string()) },
  output: {
    again: z.boolean(),
    /** ISO 8601. */
    dueAt: z.string(),
    /** Of the operation, or of `refs`: under way, and of these set aside. */
    underWay: z.number(),
    parked: z.number(),
  },
  async run({ operationId, refs }, { registry, clock }) {
    const { classes, secrets } = await registry.enrolment();
    const records = new Map(classes.map((record) => [record.name, record]));
    const only = refs.length === 0 ? null : new Set(refs);
    const nowMs = clock.nowMs();
    const own = secrets.filter(({ ref, rotation }) =>
      only === null ? rotation?.operation === operationId : rotation !== undefined && only.has(ref),
    );
    const goOnAtMs = own.flatMap((secret) => {
      const record = records.get(secret.className);
      if (record === undefined || (only === null && !cannotWait(secret, nowMs))) return [];
      return routineGoesOnAt(secret, record, nowMs) ?? [];
    });
    const soonestMs = Math.min(...goOnAtMs);
    return {
      again: goOnAtMs.length > 0,
      dueAt: new Date(Math.min(nowMs + LONGEST_WAIT_MS, Math.max(soonestMs, nowMs))).toISOString(),
      underWay: own.length,
      parked: own.filter(({ rotation }) => rotation?.parked !== undefined).length,
    };
  },
});

/** Its readers are held. */
function cannotWait(secret: SecretRecord, nowMs: number): boolean {
  return isBetweenValues(secret, true) && nowMs - (secret.rotation?.startedAtMs ?? 0) < LONGEST_RUN_MS;
}
