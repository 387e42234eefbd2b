import type { Finding } from '../domain/detect/finding.ts';
import type { DetectionPolicy } from '../domain/detect/policy.ts';
import { suppressionOf } from '../domain/detect/suppressed.ts';
import { gatherFindings } from './gather-findings.ts';
import type { Needs } from './services.ts';

/** Leaves: what a look found (no entry tells of it) in the audit, and in a case where its rule alerts and nothing suppresses it. */
export async function gatherLooked(
  services: Needs<'registry' | 'cases' | 'clock'>,
  policy: DetectionPolicy,
  findings: readonly Finding[],
): Promise<void> {
  await gatherFindings(
    services,
    findings,
    (finding) =>
      policy.rules[finding.rule].mode !== 'observe' && suppressionOf(finding, policy) === undefined,
  );
}
