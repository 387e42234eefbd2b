import { canonicalJson } from '../canonical.ts';
import type { Decision, RequestRecord } from './record.ts';

/** What a person signs who decides with a key, as canonical JSON. Any change of any field voids the signature. */
export interface DecisionStatement {
  readonly v: 1;
  /** Tells it from what is signed for an incident. */
  readonly kind: 'rotation-decision';
  readonly decision: Decision['decision'];
  readonly request: string;
  readonly className: string;
  readonly planHash: string;
  readonly expiresAtMs: number;
}

export function decisionStatement(
  { id, scope, planHash, expiresAtMs }: Pick<RequestRecord, 'id' | 'scope' | 'planHash' | 'expiresAtMs'>,
  decision: Decision['decision'],
): DecisionStatement {
  return {
    v: 1,
    kind: 'rotation-decision',
    decision,
    request: id,
    className: scope.className,
    planHash,
    expiresAtMs,
  };
}

export function decisionBytes(statement: DecisionStatement): Buffer {
  return Buffer.from(canonicalJson(statement));
}
