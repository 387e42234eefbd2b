import type { AuditEntry } from '../domain/audit/entry.ts';
import { canonicalJson, sha256Hex } from '../domain/canonical.ts';
import { RekeyError } from '../domain/errors.ts';
import { type Identity, personOf } from '../domain/identity.ts';
import { type DecisionJudgement, type Ground, judgeDecision, withDecision } from '../domain/request/judge.ts';
import { type Decision, isEnded, type RequestRecord } from '../domain/request/record.ts';
import { changeRequest, requestEntry } from './change-request.ts';
import { expired } from './expire-request.ts';
import type { Needs } from './services.ts';
import { wakeWorkflow } from './wake-workflow.ts';

/** What somebody says to a request, as the way in verified it. */
export interface Said {
  readonly requestId: string;
  readonly decision: Decision['decision'];
  readonly identity: Identity;
  /** Of the plan that he was shown. */
  readonly planHash: string;
  readonly reason?: string | undefined;
  /** What his key made, by `ssh`. */
  readonly signature?: Decision['signature'];
  /** Network identity. */
  readonly source: string;
  /** Who handed it in, where that is another. */
  readonly through?: string;
}

/**
 * Leaves: the decision in the request, where it counts, and with the last that was needed the workflow woken. One that does not
 * count leaves an entry that says why. Throws `Denied` or `Conflict` under the ground's own code.
 */
export async function decideRequest(
  services: Needs<'registry' | 'workflows' | 'clock'>,
  said: Said,
): Promise<RequestRecord> {
  const { registry, clock } = services;
  const people = await registry.people();
  let judged: DecisionJudgement | undefined;
  let nowMs = clock.nowMs();
  const request = await changeRequest(services, said.requestId, (before) => {
    nowMs = clock.nowMs();
    judged = judgeDecision(before, { ...said, nowMs, people });
    if (judged.counts) return decided(before, said, judged.person, nowMs);
    // Whoever comes after its end writes the end down: its workflow may not have come to it.
    return judged.ground === 'request-expired' ? expired(before, nowMs) : null;
  });
  // Before anything that can fail: what was tried and refused stands in the audit.
  if (judged?.counts === false) await registry.append([refusedEntry(request, said, judged, nowMs)]);
  // Also for what was decided before: who decided it may have died before its workflow was woken.
  if (request.state !== 'pending') await wakeWorkflow(services, request);
  if (judged?.counts === false) throw refusal(request, judged);
  return request;
}

function decided(
  before: RequestRecord,
  said: Said,
  person: string,
  nowMs: number,
): { readonly request: RequestRecord; readonly entries: readonly AuditEntry[] } {
  const { decision, identity, reason, signature } = said;
  const request = withDecision(before, {
    person,
    way: identity.way,
    decision,
    atMs: nowMs,
    ...(reason === undefined ? {} : { reason }),
    ...(signature === undefined ? {} : { signature }),
  });
  const entry = requestEntry(before, {
    action: decision,
    atMs: nowMs,
    actor: { user: person, workflowId: before.id },
    source: said.source,
    place: `${person}.${before.decisions.length}`,
    reason: `${howSaid(said)}: plan ${before.planHash}${reason === undefined ? '' : `: ${reason}`}`,
  });
  return { request, entries: [entry] };
}

function howSaid({ identity, through }: Said): string {
  const { way, id } = identity;
  // A key is named by its person; what it signed is in the record.
  const who = way === 'ssh' ? '' : ` (${id})`;
  return `by ${way}${who}${through === undefined ? '' : `, handed in by ${through}`}`;
}

function refusedEntry(
  request: RequestRecord,
  said: Said,
  judged: Extract<DecisionJudgement, { counts: false }>,
  nowMs: number,
): AuditEntry {
  const { way, id } = said.identity;
  const person = personOf(request.people, said.identity)?.name;
  return requestEntry(request, {
    action: said.decision,
    outcome: 'denied',
    atMs: nowMs,
    actor: { user: person ?? id, workflowId: request.id },
    source: said.source,
    place: `refused.${sha256Hex(canonicalJson([way, id, judged.ground])).slice(0, 16)}.${nowMs}`,
    reason: `${judged.ground}, ${howSaid(said)}: ${judged.message}`,
  });
}

/** It came too late, or to something else: not who said it was the matter. */
const CONFLICTS: ReadonlySet<Ground> = new Set(['request-decided', 'request-expired', 'plan-other']);

function refusal(
  request: RequestRecord,
  { ground, message }: Extract<DecisionJudgement, { counts: false }>,
): RekeyError {
  const over = isEnded(request) || ground === 'request-expired';
  return new RekeyError({
    code: ground,
    family: CONFLICTS.has(ground) ? 'Conflict' : 'Denied',
    message,
    safe: 'The request stands as it did.',
    next: [`rekey request show ${request.id}`, ...(over ? ['rekey rotate … for another'] : [])],
  });
}
