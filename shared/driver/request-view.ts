import { approversMissing } from '../domain/request/judge.ts';
import type { RequestRecord } from '../domain/request/record.ts';

/** A request as people and scripts see it: plain data. What its workflow waits on is not in it, nor anybody's keys. */
export interface RequestView {
  readonly request: string;
  readonly state: RequestRecord['state'];
  readonly scope: RequestRecord['scope'];
  readonly planHash: string;
  readonly secrets: number;
  readonly reason: string;
  readonly requester: RequestRecord['requester'];
  readonly requestedAtMs: number;
  readonly expiresAtMs: number;
  readonly notBeforeMs: number | null;
  readonly policy: RequestRecord['policy'];
  readonly decisions: readonly {
    readonly person: string;
    readonly way: string;
    readonly decision: 'approve' | 'deny';
    readonly atMs: number;
    readonly reason: string | null;
  }[];
  /** How many more have to approve, if they do it now; 0 where nothing waits for people. */
  readonly missing: number;
  readonly differences: NonNullable<RequestRecord['differences']> | null;
  readonly report: NonNullable<RequestRecord['report']> | null;
  readonly begunAtMs: number | null;
  readonly endedAtMs: number | null;
}

/** Each field by its name: what is added to a record shows nowhere by itself. */
export function requestView(request: RequestRecord, nowMs: number): RequestView {
  // Nobody can decide it any more, whether or not its workflow has come to write that down.
  const over = request.state === 'pending' && nowMs >= request.expiresAtMs;
  const state = over ? 'expired' : request.state;
  return {
    request: request.id,
    state,
    scope: request.scope,
    planHash: request.planHash,
    secrets: request.secrets,
    reason: request.reason,
    requester: request.requester,
    requestedAtMs: request.requestedAtMs,
    expiresAtMs: request.expiresAtMs,
    notBeforeMs: request.notBeforeMs ?? null,
    policy: request.policy,
    decisions: request.decisions.map(({ person, way, decision, atMs, reason }) => ({
      person,
      way,
      decision,
      atMs,
      reason: reason ?? null,
    })),
    missing: state === 'pending' ? approversMissing(request, nowMs) : 0,
    differences: request.differences ?? null,
    report: request.report ?? null,
    begunAtMs: request.begunAtMs ?? null,
    endedAtMs: request.endedAtMs ?? null,
  };
}
