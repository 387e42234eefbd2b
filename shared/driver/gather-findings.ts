import { createHash } from 'node:crypto';
import type { AuditEntry } from '../domain/audit/entry.ts';
import type { CaseRecord, Subject } from '../domain/case/case.ts';
import { openedWith, subjectKey, subjectOf, withFinding } from '../domain/case/gather.ts';
import type { Finding } from '../domain/detect/finding.ts';
import { given } from '../domain/given.ts';
import type { Needs } from './services.ts';

/** Two who change one case at once: whoever comes second looks again. More are a fault. */
const TRIES = 10;

/**
 * Leaves: each finding in the audit, and those that `alerts` says so of in the case of whom or what they are about, which is
 * opened where there is none. Told again nothing changes. Answers the cases that were opened or grew.
 */
export async function gatherFindings(
  services: Needs<'registry' | 'cases' | 'clock'>,
  findings: readonly Finding[],
  alerts: (finding: Finding) => boolean,
): Promise<CaseRecord[]> {
  await services.registry.append(findings.map(findingEntry));
  const touched = new Map<string, CaseRecord>();
  for (const finding of findings.filter(alerts)) {
    const record = await gather(services, finding, subjectOf(finding));
    if (record !== null) touched.set(record.id, record);
  }
  return [...touched.values()];
}

async function gather(
  { registry, cases, clock }: Needs<'registry' | 'cases' | 'clock'>,
  finding: Finding,
  subject: Subject,
): Promise<CaseRecord | null> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const open = await cases.openOf(subject);
    if (open !== null) {
      const grown = withFinding(open, finding);
      if (await cases.save(grown)) {
        await registry.append([caseEntry(grown, finding, 'found', clock.nowMs())]);
        return { ...grown, revision: open.revision + 1 };
      }
      continue;
    }
    // It opened one that was closed since.
    if ((await cases.openedBy(finding.id)) !== null) return null;
    const nowMs = clock.nowMs();
    const record = openedWith(finding, subject, caseId(finding, subject, nowMs), nowMs);
    if (await cases.save(record)) {
      await registry.append([caseEntry(record, finding, 'opened', nowMs)]);
      return { ...record, revision: 1 };
    }
  }
  throw new Error(`the case of ${finding.id} was changed ${TRIES} times while it was looked at`);
}

function caseId(finding: Finding, subject: Subject, nowMs: number): string {
  const digest = createHash('sha256')
    .update(`${subjectKey(subject)}\n${finding.id}`)
    .digest('hex');
  return `case-${new Date(nowMs).toISOString().slice(0, 10).replaceAll('-', '')}-${digest.slice(0, 6)}`;
}

/** Each finding comes to a case once. */
function caseEntry(
  { id, subject }: CaseRecord,
  { id: findingId, rule }: Finding,
  what: string,
  atMs: number,
): AuditEntry {
  return {
    v: 1,
    id: `case:${id}:${findingId}`,
    atMs,
    action: 'case',
    outcome: 'success',
    actor: { user: 'rekey' },
    source: 'rekey',
    caseId: id,
    ...given('ref', subject.ref),
    reason: `${what}: ${rule}`,
  };
}

function findingEntry(finding: Finding): AuditEntry {
  return {
    v: 1,
    id: `finding:${finding.id}`,
    atMs: finding.atMs,
    action: 'finding',
    outcome: 'success',
    actor: { user: finding.principal ?? 'unknown' },
    source: finding.address ?? 'rekey',
    ...given('ref', finding.ref),
    ...given('className', finding.className),
    ...given('tenant', finding.tenant),
    finding,
  };
}
