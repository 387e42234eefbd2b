import type { CaseRecord } from '../case/case.ts';
import type { Finding } from '../detect/finding.ts';
import type { IncidentRecord } from '../incident.ts';
import type { ClassAges } from './ages.ts';
import type { Axis } from './axis.ts';
import type { ReportedReads } from './reads.ts';

/** What a report says of an incident. */
export type ReportedIncident = Pick<
  IncidentRecord,
  'id' | 'state' | 'startedBy' | 'confirmedAtMs' | 'containedAtMs' | 'provenAtMs'
> & { readonly className: string; readonly cause: IncidentRecord['plan']['cause'] };

/** A case without what stands in the audit anyway. */
export type ReportedCase = Omit<CaseRecord, 'findings' | 'history'>;

/** Everything that the page shows: a moment's answer, which no later change is in. */
export interface ReportData {
  readonly writtenAtMs: number;
  readonly sinceMs: number;
  readonly axis: Axis;
  readonly reads: ReportedReads;
  /** Reads are of the newest so many entries alone; null: of all. */
  readonly readsCutAt: number | null;
  /** Classes that whoever asked may not read: their reads, findings, cases and incidents are not in it. */
  readonly closed: readonly string[];
  /** The newest first. */
  readonly findings: readonly Finding[];
  /** Of all of them, those that are not among `findings`. */
  readonly findingsMore: number;
  readonly ages: readonly ClassAges[];
  /** Those that are open, the worst first. */
  readonly cases: readonly ReportedCase[];
  readonly casesMore: number;
  /** The newest first. */
  readonly incidents: readonly ReportedIncident[];
  /** The chain that it was made from. */
  readonly head: { readonly chain: string; readonly seq: number; readonly hash: string };
}
