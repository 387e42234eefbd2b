import type { AuditAction, AuditEntry } from '../audit/entry.ts';
import type { Severity as OfFinding } from '../detect/finding.ts';

const SEVERITIES = { Informational: 1, Low: 2, Medium: 3, High: 4, Critical: 5 } as const;
type Severity = keyof typeof SEVERITIES;

/** What says by itself that something is wrong, however it ended. */
const OF_ACTIONS: Readonly<Partial<Record<AuditAction, Severity>>> = {
  'incident-open': 'High',
  'direct-fence': 'High',
  fence: 'High',
  leak: 'High',
  quarantine: 'High',
  forget: 'High',
  finding: 'Medium',
  'over-age': 'Low',
  park: 'Low',
};

const OF_FINDINGS: Readonly<Record<OfFinding, Severity>> = {
  low: 'Low',
  medium: 'Medium',
  high: 'High',
  critical: 'Critical',
};

/** A finding has its own. A touched decoy is the worst that a read can be; a refusal is more than a failure, which is more than what went well. */
export function severityOf(entry: AuditEntry) {
  const severity = ofEntry(entry);
  return { severity_id: SEVERITIES[severity], severity };
}

function ofEntry({ action, outcome, read, finding }: AuditEntry): Severity {
  if (finding !== undefined) return OF_FINDINGS[finding.severity];
  if (read?.secret?.decoy === true) return 'Critical';
  return OF_ACTIONS[action] ?? ofOutcome(outcome);
}

function ofOutcome(outcome: AuditEntry['outcome']): Severity {
  switch (outcome) {
    case 'success':
      return 'Informational';
    case 'denied':
      return 'Medium';
    case 'error':
      return 'Low';
  }
}
