import type { AuditEntry } from '../domain/audit/entry.ts';
import { RekeyError } from '../domain/errors.ts';
import { type Identity, personOf } from '../domain/identity.ts';
import type { Person } from '../domain/person.ts';
import { differenceFromWorld } from '../domain/request/difference.ts';
import { ableToApprove } from '../domain/request/judge.ts';
import type { RotationPlan } from '../domain/request/plan.ts';
import { type ApprovalPolicy, DEFAULT_APPROVAL } from '../domain/request/policy.ts';
import type { RequestRecord } from '../domain/request/record.ts';
import { requestEntry } from './change-request.ts';
import { rotationWorld } from './rotation-world.ts';
import type { Needs } from './services.ts';

export interface Asked {
  readonly planHash: string;
  readonly reason: string;
  readonly identity: Identity;
  /** Network identity. */
  readonly source: string;
}

/**
 * Leaves: a request for the plan that was shown, pending, and its workflow asked for. The workflow is asked for first and waits
 * for the request: whoever dies in between leaves a workflow that finds nothing and ends, never a request that nobody works at.
 */
export async function requestRotation(
  services: Needs<'registry' | 'plans' | 'rotators' | 'workflows' | 'clock' | 'random'>,
  asked: Asked,
): Promise<RequestRecord> {
  const { registry, plans, workflows, clock, random } = services;
  const people = await registry.people();
  const requester = personOf(people, asked.identity);
  if (requester === undefined) {
    await registry.append([strangerEntry(asked, clock.nowMs(), random.uuid())]);
    throw personUnknown(asked.identity);
  }
  const plan = await plans.loadRotation(asked.planHash);
  const policy = await policyFor(services, plan);
  const requestedAtMs = clock.nowMs();
  const tail = Buffer.from(random.bytes(4)).toString('hex');
  const request: RequestRecord = {
    v: 1,
    id: requestIdOf(plan.scope.className, requestedAtMs, tail),
    revision: 1,
    state: 'pending',
    planHash: asked.planHash,
    scope: plan.scope,
    secrets: plan.secrets.length,
    reason: asked.reason,
    requester: { person: requester.name, way: asked.identity.way },
    requestedAtMs,
    expiresAtMs: requestedAtMs + policy.lifetimeMs,
    ...(plan.notBeforeMs === undefined ? {} : { notBeforeMs: plan.notBeforeMs }),
    policy,
    people,
    decisions: [],
  };
  refuseUntimely(request);
  refuseUnapprovable(request, requester);
  await workflows.startManualRotation(request.id, { v: 1, requestId: request.id });
  await registry.openRequest(request, [
    requestEntry(request, {
      action: 'request',
      atMs: requestedAtMs,
      source: asked.source,
      reason: `by ${asked.identity.way}: plan ${asked.planHash}: ${asked.reason}`,
    }),
  ]);
  return request;
}

/** Of the class as it is now; refuses a plan that is no more what would be done. */
async function policyFor(
  services: Needs<'registry' | 'rotators'>,
  plan: RotationPlan,
): Promise<ApprovalPolicy> {
  const world = await rotationWorld(services, plan.scope.className);
  const [first, ...others] = differenceFromWorld(plan, world);
  if (first === undefined && world !== null) return world.record.policy.approval ?? DEFAULT_APPROVAL;
  throw new RekeyError({
    code: 'plan-moved',
    family: 'Conflict',
    message: `the plan is no more what would be done: ${first?.text}${others.length === 0 ? '' : `, and ${others.length} more`}`,
    safe: 'Nothing was requested.',
    next: ['the same command again, for a new plan'],
  });
}

function refuseUntimely({ notBeforeMs, expiresAtMs, policy }: RequestRecord): void {
  if (notBeforeMs === undefined || notBeforeMs < expiresAtMs) return;
  throw new RekeyError({
    code: 'not-before-late',
    family: 'Validation',
    message: `a request of this class lives for ${policy.lifetimeMs / 3_600_000} h, and would be over before ${new Date(notBeforeMs).toISOString()}`,
    safe: 'Nothing was requested.',
    next: ['rekey rotate … without --not-before'],
  });
}

function refuseUnapprovable(request: RequestRecord, requester: Person): void {
  const { policy, scope } = request;
  const able = ableToApprove(request).length;
  if (able >= policy.approvers) return;
  throw new RekeyError({
    code: 'approval-impossible',
    family: 'Conflict',
    message: `class ${scope.className} needs ${policy.approvers} to approve what ${requester.name} requests, and ${able} among people could`,
    safe: 'Nothing was requested.',
    next: ['people and classes.….approval in rekey.yaml, then: rekey apply'],
  });
}

/** `req-<day>-<class>-<random>`: at most 48 characters, as an incident's. */
function requestIdOf(className: string, nowMs: number, tail: string): string {
  const day = new Date(nowMs).toISOString().slice(0, 10).replaceAll('-', '');
  const name = className
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '-')
    .slice(0, 24);
  return `req-${day}-${name}-${tail}`;
}

function strangerEntry(asked: Asked, atMs: number, id: string): AuditEntry {
  const { way, id: who } = asked.identity;
  return {
    v: 1,
    id: `request-refused-${id}`,
    atMs,
    action: 'request',
    outcome: 'denied',
    actor: { user: who },
    source: asked.source,
    reason: `person-unknown, by ${way}: plan ${asked.planHash}`,
  };
}

function personUnknown({ way, id }: Identity): RekeyError {
  return new RekeyError({
    code: 'person-unknown',
    family: 'Denied',
    message: `nobody among people is ${way} ${id}: people request, agents and services do not`,
    safe: 'Nothing was requested.',
    next: ['people in rekey.yaml, then: rekey apply'],
  });
}
