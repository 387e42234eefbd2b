import type { Person } from '../person.ts';
import type { Difference } from './difference.ts';
import { approvedAt, takesEffectAt } from './judge.ts';
import { isEnded, type RequestRecord } from './record.ts';

/** What was approved has to begin while people remember why. */
const BEGINS_WITHIN_MS = 3_600_000;

/** Differences that a record keeps: the others are counted. */
const KEPT = 20;

/** The last moment at which an approved request may begin: its own end, or an hour after it could, whichever is later. */
function beginsBy(request: RequestRecord, approvedAtMs: number): number {
  return Math.max(request.expiresAtMs, takesEffectAt(request, approvedAtMs) + BEGINS_WITHIN_MS);
}

/** Who spoke for it and is no more among people: whoever goes takes his word with him. */
export function peopleWhoLeft(request: RequestRecord, people: readonly Person[]): Difference[] {
  const gone = (name: string) => !people.some((person) => person.name === name);
  const { requester, decisions } = request;
  const approvers = new Set(decisions.map(({ person }) => person));
  return [
    ...(gone(requester.person)
      ? [
          {
            what: 'requester-left' as const,
            about: requester.person,
            text: `${requester.person}, who made the request, is no more among people`,
          },
        ]
      : []),
    ...[...approvers].filter(gone).map((name) => ({
      what: 'approver-left' as const,
      about: name,
      text: `${name}, who approved, is no more among people`,
    })),
  ];
}

/**
 * The request at the moment at which its workflow would begin: `running` where the approval holds, is used for the first time
 * and nothing has changed; else the end that it comes to. What has ended or begun already stays as it is. Pure.
 */
export function beginRequest(
  request: RequestRecord,
  at: { readonly execution: string; readonly differences: readonly Difference[]; readonly nowMs: number },
): RequestRecord {
  const { execution, differences, nowMs } = at;
  if (isEnded(request) || request.state === 'running') return request;
  const approvedAtMs = request.state === 'approved' ? approvedAt(request) : undefined;
  if (approvedAtMs === undefined) {
    // It waits for people until its own end, whatever woke the workflow.
    return nowMs < request.expiresAtMs ? request : { ...request, state: 'expired', endedAtMs: nowMs };
  }
  if (nowMs >= beginsBy(request, approvedAtMs)) return { ...request, state: 'expired', endedAtMs: nowMs };
  if (differences.length > 0) {
    return {
      ...request,
      state: 'voided',
      endedAtMs: nowMs,
      differences: { count: differences.length, first: differences.slice(0, KEPT) },
    };
  }
  return { ...request, state: 'running', begunBy: execution, begunAtMs: nowMs };
}
