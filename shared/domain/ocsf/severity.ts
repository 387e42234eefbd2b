import type { AuditAction, AuditEntry } from '../audit/entry.ts';

const SEVERITIES = { Informational: 1, Low: 2, Medium: 3, High: 4, Critical: 5 } as const;
type Severity = keyof typeof SEVERITIES;

/** What says by itself that something is wrong, however it ended. */
const OF_ACTIONS: Readonly<Partial<Record<AuditAction, Severity>>> = {
  'incident-open': 'High',
  'direct-fence': 'High',
  fence: 'High',
  leak: 'High',
  quarantine: 'High',
  finding: 'Medium',
  'over-age': 'Low',
  park: 'Low',
};

/** A touched decoy is the worst that a read can be; a refusal is more than a failure, which is more than what went well. */
export function severityOf({ action, outcome, read }: AuditEntry) {
  const severity = read?.secret?.decoy === true ? 'Critical' : (OF_ACTIONS[action] ?? ofOutcome(outcome));
  return { severity_id: SEVERITIES[severity], severity };
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
