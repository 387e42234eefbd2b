import * as z from 'zod';
import type { AuditAction, AuditEntry } from '../../shared/domain/audit/entry.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { beginRequest, peopleWhoLeft } from '../../shared/domain/request/begin.ts';
import { type Difference, differenceFromWorld } from '../../shared/domain/request/difference.ts';
import type { RequestRecord, RequestState } from '../../shared/domain/request/record.ts';
import { changeRequest, requestEntry, requestNamed } from '../../shared/driver/change-request.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { rotationWorld } from '../../shared/driver/rotation-world.ts';
import type { Needs } from '../../shared/driver/services.ts';

/**
 * Leaves: an approved request running, once, if the world is still the one that was approved; voided with the difference if it
 * is not; expired where its time is over. `pending`: it goes on waiting. `approved`: not yet, but at `beginsAt`.
 */
export const checkPlan = defineFunction({
  name: 'CheckPlan',
  needs: ['registry', 'plans', 'rotators', 'clock'],
  input: {
    requestId: z.string(),
    /** Name of the execution that asks: an approval is one execution's. */
    execution: z.string(),
  },
  output: { state: z.custom<RequestState>(), beginsAt: z.string() },
  async run({ requestId, execution }, services) {
    const differences = await differencesNow(services, await requestNamed(services, requestId));
    let beginsAtMs = 0;
    let early = false;
    const request = await changeRequest(services, requestId, (before) => {
      const nowMs = services.clock.nowMs();
      beginsAtMs = Math.max(nowMs, before.notBeforeMs ?? nowMs);
      early = before.state === 'approved' && beginsAtMs > nowMs;
      if (early) return null;
      const after = beginRequest(before, { execution, differences, nowMs });
      return after === before ? null : { request: after, entries: [entryOf(after, nowMs)] };
    });
    if (request.state === 'running' && request.begunBy !== execution)
      throw refused(
        'approval-used',
        `${requestId} was begun by ${request.begunBy}: an approval is used once`,
      );
    if (request.state === 'approved' && !early)
      throw refused('approval-missing', `${requestId} says that it is approved, and not enough people did`);
    return { state: request.state, beginsAt: new Date(beginsAtMs).toISOString() };
  },
});

async function differencesNow(
  services: Needs<'registry' | 'plans' | 'rotators'>,
  request: RequestRecord,
): Promise<Difference[]> {
  const left = peopleWhoLeft(request, await services.registry.people());
  try {
    const plan = await services.plans.loadRotation(request.planHash);
    const world = await rotationWorld(services, request.scope.className);
    return [...left, ...differenceFromWorld(plan, world)];
  } catch (error) {
    const lost =
      error instanceof RekeyError && (error.code === 'plan-edited' || error.code === 'plan-unknown');
    if (!lost) throw error;
    return [...left, { what: 'plan-changed', about: request.planHash, text: error.message }];
  }
}

const ACTIONS: Readonly<Partial<Record<RequestState, AuditAction>>> = {
  running: 'begin',
  voided: 'void',
  expired: 'expire',
};

function entryOf(after: RequestRecord, atMs: number): AuditEntry {
  const { state, differences, planHash } = after;
  const [first] = differences?.first ?? [];
  return requestEntry(after, {
    action: ACTIONS[state] ?? 'expire',
    atMs,
    reason:
      first === undefined
        ? `plan ${planHash}`
        : `plan ${planHash}: ${first.text}${(differences?.count ?? 1) > 1 ? `, and ${(differences?.count ?? 1) - 1} more` : ''}`,
  });
}

function refused(code: string, message: string): RekeyError {
  return new RekeyError({
    code,
    family: 'Denied',
    message,
    safe: 'Nothing was rotated.',
    next: ['rekey request list'],
  });
}
