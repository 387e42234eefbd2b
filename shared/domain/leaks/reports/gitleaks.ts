import * as z from 'zod';
import { type FoundSecret, unmasked } from './found-secret.ts';

/** `gitleaks … --report-format json` (v8): one object for each leak; capitals are Go's. */
export const GitleaksReport = z.array(
  z.looseObject({
    RuleID: z.string(),
    File: z.string(),
    StartLine: z.number().int().nonnegative(),
    Secret: z.string(),
    Match: z.string(),
    Commit: z.string().optional(),
    Date: z.string().optional(),
  }),
);

export function inGitleaks(report: z.output<typeof GitleaksReport>): FoundSecret[] {
  return report.map(({ RuleID, File, StartLine, Secret, Match, Commit = '', Date: date = '' }) => {
    const atMs = Date.parse(date);
    // With --redact the match holds the same word as the secret.
    const texts = Secret === 'REDACTED' ? { around: [] } : unmasked(Secret, [Match]);
    return {
      scanner: 'gitleaks',
      rule: RuleID,
      file: File,
      ...(StartLine === 0 ? {} : { line: StartLine }),
      ...texts,
      ...(Commit === '' ? {} : { commit: Commit }),
      ...(Number.isFinite(atMs) ? { atMs } : {}),
    };
  });
}
