import * as z from 'zod';
import { SEVERITIES } from '../../shared/domain/detect/finding.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { IncidentRecord } from '../../shared/domain/incident.ts';
import { agesOf } from '../../shared/domain/report/ages.ts';
import { axisOf } from '../../shared/domain/report/axis.ts';
import { readsIn } from '../../shared/domain/report/reads.ts';
import type { ReportData, ReportedIncident } from '../../shared/domain/report/report.ts';
import { classesClosedTo } from '../../shared/driver/audit-reader.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { namePeople } from '../../shared/driver/pseudonym/name-people.ts';

/** Entries of reads that are looked at: some seconds, and some hundred megabytes. */
const MOST_READS = 200_000;
const MOST_FINDINGS = 60;
const MOST_CASES = 100;
const MOST_INCIDENTS = 30;

/** Answers who read what over a time, and how everything stands that a report shows. */
export const readReport = defineFunction({
  name: 'ReadReport',
  needs: ['audit', 'registry', 'cases', 'clock', 'pseudonyms'],
  input: { sinceMs: z.number() },
  output: { report: z.custom<ReportData>() },
  async run({ sinceMs }, { audit, registry, cases, pseudonyms, clock }, context) {
    const exceptClasses = await classesClosedTo({ registry }, callerOf(context));
    const nowMs = clock.nowMs();
    if (sinceMs >= nowMs) throw ahead(sinceMs);
    const axis = axisOf(sinceMs, nowMs);
    const head = await audit.chainPending();
    const [reads, found, open, { classes, secrets }, incidents] = await Promise.all([
      audit.find({ action: ['read'], sinceMs, exceptClasses }, MOST_READS + 1),
      audit.find({ action: ['finding'], sinceMs, exceptClasses }),
      cases.list({ state: 'open', limit: MOST_CASES + 1 }),
      registry.enrolment(),
      registry.incidents(),
    ]);
    const closed = new Set(exceptClasses);
    const closedRefs = new Set<string>(
      secrets.filter(({ className }) => closed.has(className)).map(({ ref }) => ref),
    );
    const shown = open.filter(({ subject }) => subject.ref === undefined || !closedRefs.has(subject.ref));
    const findings = found.flatMap(({ finding }) => finding ?? []);
    const worstFirst = shown.toSorted(
      (a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity),
    );
    const report = await namePeople<ReportData>(
      { pseudonyms },
      {
        writtenAtMs: nowMs,
        sinceMs,
        axis,
        reads: readsIn(reads.slice(-MOST_READS), axis),
        closed: exceptClasses,
        readsCutAt: reads.length > MOST_READS ? MOST_READS : null,
        findings: findings.slice(-MOST_FINDINGS).reverse(),
        findingsMore: Math.max(0, findings.length - MOST_FINDINGS),
        ages: agesOf(classes, secrets, nowMs),
        cases: worstFirst
          .slice(0, MOST_CASES)
          .map(({ findings: _findings, history: _history, ...rest }) => rest),
        casesMore: Math.max(0, shown.length - MOST_CASES),
        incidents: incidents
          .filter(({ plan }) => !closed.has(plan.scope.className))
          .slice(-MOST_INCIDENTS)
          .reverse()
          .map(reported),
        head,
      },
    );
    return { report };
  },
});

function ahead(sinceMs: number): RekeyError {
  return new RekeyError({
    code: 'since-ahead',
    family: 'Validation',
    message: `${new Date(sinceMs).toISOString()} is yet to come: there is nothing to report since then`,
    safe: 'Nothing was read.',
    next: ['rekey report --since 30d'],
  });
}

function reported({
  id,
  state,
  plan,
  startedBy,
  confirmedAtMs,
  containedAtMs,
  provenAtMs,
}: IncidentRecord): ReportedIncident {
  return {
    id,
    state,
    className: plan.scope.className,
    cause: plan.cause,
    startedBy,
    confirmedAtMs,
    ...(containedAtMs === undefined ? {} : { containedAtMs }),
    ...(provenAtMs === undefined ? {} : { provenAtMs }),
  };
}
