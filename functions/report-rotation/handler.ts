import * as z from 'zod';
import { isBetweenValues } from '../../shared/domain/between-values.ts';
import type { SecretRecord } from '../../shared/domain/secret.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { routineGoesOnAt } from '../../shared/domain/under-way.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import type { Needs } from '../../shared/driver/services.ts';

/** Longest that one look waits for the next: what ends sooner is not kept waiting, and a clock that was set is noticed. */
const LONGEST_WAIT_MS = 3_600_000;
/** After that the next runs go on with it. */
const LONGEST_RUN_MS = 600_000;
/** The longer a secret is under way the later it is looked at: an execution holds 25,000 events, and a look takes some twenty. */
const WAIT_SHARE = 1 / 8;

/**
 * Leaves: whether the run goes on, and when: for as long as a secret of it is between two values, or, where `refs` names some,
 * under way at all. What is in grace otherwise is the next run's.
 */
export const reportRotation = defineFunction({
  name: 'ReportRotation',
  needs: ['registry', 'clock'],
  input: { operationId: z.string(), refs: z.array(z.string()) },
  output: {
    again: z.boolean(),
    /** ISO 8601. */
    dueAt: z.string(),
  },
  async run({ operationId, refs }, services) {
    const nowMs = services.clock.nowMs();
    const own =
      refs.length > 0
        ? await services.registry.secrets(refs as SecretRef[])
        : (await services.registry.enrolment()).secrets.filter(
            (secret) => secret.rotation?.operation === operationId && cannotWait(secret, nowMs),
          );
    const soonestMs = Math.min(...(await goOnAt(services, own, nowMs)));
    const forMs = nowMs - Math.min(...own.map(({ rotation }) => rotation?.startedAtMs ?? nowMs));
    const looksAtMs = Math.max(soonestMs, nowMs + (refs.length > 0 ? forMs * WAIT_SHARE : 0));
    return {
      again: Number.isFinite(soonestMs),
      dueAt: new Date(Math.min(nowMs + LONGEST_WAIT_MS, looksAtMs)).toISOString(),
    };
  },
});

/** When each of them goes on; nothing of those that do not. */
async function goOnAt(
  { registry }: Needs<'registry'>,
  secrets: readonly SecretRecord[],
  nowMs: number,
): Promise<number[]> {
  const names = [...new Set(secrets.map(({ className }) => className))];
  const records = new Map(
    await Promise.all(names.map(async (name) => [name, await registry.classNamed(name)] as const)),
  );
  return secrets.flatMap((secret) => {
    const record = records.get(secret.className) ?? null;
    return record === null ? [] : (routineGoesOnAt(secret, record, nowMs) ?? []);
  });
}

/** Its readers are held. */
function cannotWait(secret: SecretRecord, nowMs: number): boolean {
  return isBetweenValues(secret, true) && nowMs - (secret.rotation?.startedAtMs ?? 0) < LONGEST_RUN_MS;
}
