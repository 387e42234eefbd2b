import { isEnded, type RequestRecord } from '../../../../shared/domain/request/record.ts';

/** What came of a request, in words that hold in every world. */
export interface RequestTold {
  readonly state: string;
  readonly ended: boolean;
  readonly requester: string;
  readonly decisions: readonly string[];
  /** Of a voided one: what has changed. */
  readonly differences: readonly string[];
  readonly begunBy: string;
  readonly report: unknown;
}

export function requestTold(request: RequestRecord, named: (text: string) => string): RequestTold {
  const { state, requester, decisions, differences, begunBy = 'nobody', report = null } = request;
  return {
    state,
    ended: isEnded(request) && request.endedAtMs !== undefined,
    requester: `${requester.person} by ${requester.way}`,
    decisions: decisions.map(({ person, way, decision }) => `${decision} by ${person} by ${way}`),
    differences: (differences?.first ?? []).map(({ what, text }) => named(`${what}: ${text}`)),
    begunBy: named(begunBy),
    report,
  };
}
