import type { Finding } from './finding.ts';
import type { DetectionPolicy } from './policy.ts';
import type { Act, Rule } from './rule.ts';
import { suppressionOf } from './suppressed.ts';

const HOUR_MS = 3_600_000;

/** What a rule did by itself. */
export interface LoneAct {
  readonly rule: Rule;
  readonly atMs: number;
}

export type LoneDecision =
  | { readonly may: true; readonly act: Act; readonly to: string }
  | { readonly may: false; readonly why: string };

/** What policy lets a rule do about a finding with no person in between: off unless it was switched on, to one principal or one secret, so many an hour. */
export function mayActAlone(
  finding: Finding,
  policy: DetectionPolicy,
  done: readonly LoneAct[],
  nowMs: number,
): LoneDecision {
  const { mode, alone } = policy.rules[finding.rule];
  if (mode !== 'act' || alone === undefined)
    return { may: false, why: `${finding.rule} may do nothing by itself` };
  if (suppressionOf(finding, policy) !== undefined) return { may: false, why: 'the finding is suppressed' };
  const to = alone.act === 'rotate' ? finding.ref : finding.principal;
  if (to === undefined)
    return { may: false, why: `it names no one ${alone.act === 'rotate' ? 'secret' : 'principal'}` };
  const lately = done.filter(({ rule, atMs }) => rule === finding.rule && atMs > nowMs - HOUR_MS).length;
  if (lately >= alone.mostAnHour)
    return {
      may: false,
      why: `${finding.rule} has acted ${lately} times within the hour: ${alone.mostAnHour} are let`,
    };
  return { may: true, act: alone.act, to };
}
