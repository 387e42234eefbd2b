import type { Finding } from './finding.ts';
import { fits } from './pattern.ts';
import type { PolicyInForce, Suppression } from './policy.ts';

/** The suppression that a finding falls under. One that has ended suppresses nothing, nor does one that names nobody the finding names. */
export function suppressionOf(
  finding: Finding,
  { suppressions, nameOf = (name) => name }: PolicyInForce,
): Suppression | undefined {
  return suppressions.find(
    ({ rule, principal, ref, untilMs }) =>
      rule === finding.rule &&
      finding.atMs < untilMs &&
      (principal === undefined ||
        (finding.principal !== undefined && fits(principal, nameOf(finding.principal)))) &&
      (ref === undefined || (finding.ref !== undefined && fits(ref, finding.ref))),
  );
}
