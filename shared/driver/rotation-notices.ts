import type { AuditEntry } from '../domain/audit/entry.ts';
import type { ClassRecord } from '../domain/class.ts';
import type { Notice, NoticeKind } from '../domain/notice.ts';
import type { RequestRecord } from '../domain/request/record.ts';
import { routinePolicyOf } from '../domain/routine-policy.ts';
import { NEEDS_A_PERSON } from '../domain/setback.ts';

/** What an entry may be the moment of, outside of any incident. Null for most. */
export function rotationMomentOf({ action, outcome, ref, reason }: AuditEntry): RotationMoment | null {
  const code = codeOf(reason);
  switch (action) {
    case 'request':
      return outcome === 'success' ? 'request-opened' : null;
    case 'approve':
    case 'deny':
    case 'expire':
    case 'cancel':
    case 'void':
      return outcome === 'success' ? 'request-decided' : null;
    case 'stop':
      return 'rotation-stopped';
    case 'over-age':
      return 'over-age';
    default:
      if (outcome !== 'error' || ref === undefined) return null;
      if (action === 'confirm' && code === 'unconfirmed') return 'unconfirmed';
      return action === 'settle' || action === 'park' || NEEDS_A_PERSON.has(code) ? 'rotation-parked' : null;
  }
}

type RotationMoment = Extract<
  NoticeKind,
  'request-opened' | 'request-decided' | 'rotation-stopped' | 'rotation-parked' | 'over-age' | 'unconfirmed'
>;

const DAY_MS = 86_400_000;

/** What people are told of it, by how things stand now; null where there is nothing, or it has been overtaken. */
export function rotationNoticeOf(
  moment: RotationMoment,
  entry: AuditEntry,
  { request, record }: { readonly request: RequestRecord | null; readonly record: ClassRecord | null },
): Notice | null {
  const className = entry.className ?? '(unknown)';
  const { ref = '', target = '', operation, reason = '' } = entry;
  const say = (id: string, words: string, next: readonly string[]): Notice => ({
    id: `${id}/${moment}`,
    kind: moment,
    className,
    atMs: entry.atMs,
    words,
    next,
    ...(operation === undefined ? {} : { incident: operation }),
  });
  // However many secrets it befalls, people are told once a day of one cause at one target.
  const daily = `${className}/${target}/${codeOf(reason)}/${Math.floor(entry.atMs / DAY_MS)}`;
  switch (moment) {
    case 'rotation-parked':
      return say(daily, `The rotation of ${ref} is set aside, perhaps others beside it. ${reason}.`, [
        `rekey schedule --explain ${ref}`,
        'rekey status',
      ]);
    case 'rotation-stopped':
      return say(entry.id, `Class ${className} has stopped rotating by itself: ${reason}.`, [
        'rekey schedule',
        'rekey status',
      ]);
    case 'over-age':
      return say(entry.id, `Class ${className} holds values older than its maximum age: ${reason}.`, [
        'rekey schedule',
      ]);
    case 'unconfirmed': {
      const escalates = record !== null && routinePolicyOf(record.policy).confirm.otherwise === 'escalate';
      if (!escalates) return null;
      return say(
        `${operation}/${className}`,
        `The previous value of ${ref} lives on, perhaps of others beside it. ${reason}.`,
        [`rekey status ${ref}`],
      );
    }
    case 'request-opened':
      return request?.state === 'pending'
        ? say(
            request.id,
            `${request.requester.person} asks to rotate ${request.secrets} secrets of class ${className}: ${request.reason}.`,
            [`rekey request show ${request.id}`, `rekey approve ${request.id}`, `rekey deny ${request.id}`],
          )
        : null;
    case 'request-decided':
      return request === null || request.state === 'pending'
        ? null
        : say(`${request.id}.${entry.action}`, decidedOf(request, entry), [
            `rekey request show ${request.id}`,
          ]);
  }
}

function decidedOf({ secrets, scope, requester, decisions }: RequestRecord, entry: AuditEntry): string {
  const approvers = decisions.flatMap(({ decision, person }) => (decision === 'approve' ? person : []));
  const ends: Readonly<Partial<Record<AuditEntry['action'], string>>> = {
    approve: `is approved by ${approvers.join(', ')}`,
    deny: `is declined by ${entry.actor.user}`,
    expire: 'was decided by nobody in time',
    cancel: 'was cancelled',
    void: 'is void, as what was approved is no more what would happen',
  };
  return `The rotation of ${secrets} secrets of class ${scope.className} that ${requester.person} asked for ${ends[entry.action] ?? 'is decided'}.`;
}

/** Reasons begin with a stable code. */
function codeOf(reason = ''): string {
  return reason.split(':', 1)[0] ?? '';
}
