import { type Identity, personOf } from '../identity.ts';
import type { Person } from '../person.ts';
import { approversNeeded } from './policy.ts';
import type { Decision, RequestRecord } from './record.ts';

/** Why somebody's decision does not count. */
export type Ground =
  | 'request-decided'
  | 'request-expired'
  | 'plan-other'
  | 'person-unknown'
  | 'person-left'
  | 'person-later'
  | 'own-request'
  | 'voiced-already'
  | 'not-in-group'
  | 'requesters-team';

export type DecisionJudgement =
  | { readonly counts: true; readonly person: string }
  | { readonly counts: false; readonly ground: Ground; readonly message: string };

/**
 * Whether what somebody says to a request counts. He is among people, now and when the request was made, and the same person
 * both times; he is not the requester, whichever way either of them came; what he was shown is this plan; it is not over, not
 * expired, and he has not said it before. Who approved may still deny, until it begins. Pure.
 */
export function judgeDecision(
  request: RequestRecord,
  said: {
    readonly decision: Decision['decision'];
    readonly identity: Identity;
    /** Of the plan that he was shown. */
    readonly planHash: string;
    readonly nowMs: number;
    /** As applied now. */
    readonly people: readonly Person[];
  },
): DecisionJudgement {
  const { decision, identity, planHash, nowMs, people } = said;
  const refused = (ground: Ground, message: string): DecisionJudgement => ({
    counts: false,
    ground,
    message,
  });
  const now = personOf(people, identity);
  const then = personOf(request.people, identity);
  if (now === undefined && then === undefined)
    return refused('person-unknown', `nobody among people is ${identity.way} ${identity.id}`);
  if (now === undefined || (then !== undefined && then.name !== now.name))
    return refused('person-left', `${then?.name} is no more among people by ${identity.way}`);
  if (then === undefined)
    return refused('person-later', `${now.name} came among people by ${identity.way} after the request`);
  // What is approved and has not begun can still be stopped.
  const stops = decision === 'deny' && request.state === 'approved';
  if (request.state !== 'pending' && !stops)
    return refused('request-decided', `${request.id} is ${request.state}: there is nothing to decide`);
  if (nowMs >= request.expiresAtMs && !stops)
    return refused(
      'request-expired',
      `${request.id} expired at ${new Date(request.expiresAtMs).toISOString()}`,
    );
  if (planHash !== request.planHash)
    return refused('plan-other', `${request.id} is about the plan ${request.planHash}, not ${planHash}`);
  if (now.name === request.requester.person)
    return refused('own-request', `${now.name} made the request: another person decides`);
  // Quiet hours that are over: whoever spoke in them may say that it is enough now.
  const spoke = request.decisions.some((other) => other.person === now.name && other.decision === decision);
  if (spoke && approversMissing(request, nowMs) > 0)
    return refused('voiced-already', `${now.name} has said so already: one person, one voice`);
  return judgePlace(request, then, now) ?? { counts: true, person: now.name };
}

/** Group and team, as they were and as they are. */
function judgePlace(request: RequestRecord, then: Person, now: Person): DecisionJudgement | null {
  const { policy, requester, people } = request;
  const isApprover = ({ groups = [] }: Person) =>
    policy.groups.length === 0 || groups.some((group) => policy.groups.includes(group));
  if (!isApprover(then) || !isApprover(now)) {
    const message = `${now.name} is in none of the groups that decide: ${policy.groups.join(', ')}`;
    return { counts: false, ground: 'not-in-group', message };
  }
  const team = people.find(({ name }) => name === requester.person)?.team;
  const same = team !== undefined && (then.team === team || now.team === team);
  if (policy.requestersTeam || !same) return null;
  const message = `${now.name} is of the requester's team ${team}: another team decides`;
  return { counts: false, ground: 'requesters-team', message };
}

/** Who could approve it, as things stood when it was made. */
export function ableToApprove(request: RequestRecord): readonly Person[] {
  return request.people.filter(
    (person) => person.name !== request.requester.person && judgePlace(request, person, person) === null,
  );
}

/** When the last approval that was needed came; undefined: it never did. One denial is enough to decline, so none is in it. */
export function approvedAt({
  policy,
  notBeforeMs,
  decisions,
}: Pick<RequestRecord, 'policy' | 'notBeforeMs' | 'decisions'>): number | undefined {
  if (decisions.some(({ decision }) => decision === 'deny')) return undefined;
  const voices = new Set<string>();
  for (const { person, atMs } of decisions) {
    voices.add(person);
    if (voices.size >= approversNeeded(policy, takesEffectAt({ notBeforeMs }, atMs))) return atMs;
  }
  return undefined;
}

/** By day for the night: the quiet hours are those of what is approved, not of who approves. */
export function takesEffectAt(
  { notBeforeMs }: { readonly notBeforeMs?: number | undefined },
  atMs: number,
): number {
  return Math.max(atMs, notBeforeMs ?? atMs);
}

/** How many more have to approve, if the next one does it now. */
export function approversMissing(request: RequestRecord, nowMs: number): number {
  const voices = new Set(request.decisions.map(({ person }) => person)).size;
  return Math.max(0, approversNeeded(request.policy, takesEffectAt(request, nowMs)) - voices);
}

/** The request with one more decision that counts: approved by the last that was needed, declined by the first denial. */
export function withDecision(request: RequestRecord, decision: Decision): RequestRecord {
  const decisions = [...request.decisions, decision];
  if (decision.decision === 'deny')
    return { ...request, decisions, state: 'declined', endedAtMs: decision.atMs };
  return approvedAt({ ...request, decisions }) === undefined
    ? { ...request, decisions }
    : { ...request, decisions, state: 'approved' };
}
