import { type Finding, SEVERITIES, type Severity } from '../detect/finding.ts';
import { type CaseRecord, MOST_FINDINGS, type Subject } from './case.ts';

/** Whose case a finding belongs to. */
export function subjectOf({ principal, ref, rule }: Pick<Finding, 'principal' | 'ref' | 'rule'>): Subject {
  if (principal !== undefined) return { principal };
  return ref === undefined ? { rule } : { ref };
}

export function subjectKey({ principal, ref, rule }: Subject): string {
  if (principal !== undefined) return `principal ${principal}`;
  return ref === undefined ? `rule ${rule}` : `secret ${ref}`;
}

/** The case with one finding more; as it was where it has that one already. `nowMs`: when it came to be known. */
export function withFinding(record: CaseRecord, finding: Finding): CaseRecord {
  const known = record.findings.findIndex(({ id }) => id === finding.id);
  const findings =
    known < 0
      ? [...record.findings, finding].toSorted((one, other) => one.atMs - other.atMs).slice(-MOST_FINDINGS)
      : record.findings.with(known, finding);
  return {
    ...record,
    findings,
    severity: worst(record.severity, finding.severity),
    lastAtMs: Math.max(record.lastAtMs, finding.atMs),
    counts:
      known < 0
        ? { ...record.counts, [finding.rule]: (record.counts[finding.rule] ?? 0) + 1 }
        : record.counts,
  };
}

/** A case that begins with a finding. */
export function openedWith(finding: Finding, subject: Subject, id: string, nowMs: number): CaseRecord {
  return {
    v: 1,
    id,
    openedBy: finding.id,
    subject,
    state: 'open',
    severity: finding.severity,
    openedAtMs: nowMs,
    lastAtMs: finding.atMs,
    counts: { [finding.rule]: 1 },
    findings: [finding],
    history: [{ atMs: nowMs, who: 'rekey', what: 'opened', detail: finding.rule }],
    revision: 0,
  };
}

function worst(one: Severity, other: Severity): Severity {
  return SEVERITIES.indexOf(one) >= SEVERITIES.indexOf(other) ? one : other;
}
