import type { Finding, Severity } from '../detect/finding.ts';
import type { Rule } from '../detect/rule.ts';

/** Whom or what a case is about: the one who read, the secret where nobody stands behind it, or of the whole stream the rule. */
export type Subject =
  | { readonly principal: string; readonly ref?: never; readonly rule?: never }
  | { readonly ref: string; readonly principal?: never; readonly rule?: never }
  | { readonly rule: Rule; readonly principal?: never; readonly ref?: never };

/** For people. */
export function subjectText({ principal, ref, rule }: Subject): string {
  return principal ?? ref ?? `the stream (${rule})`;
}

/** What happened to a case, and who did it. */
export interface CaseStep {
  readonly atMs: number;
  readonly who: string;
  readonly what:
    | 'opened'
    | 'assigned'
    | 'closed'
    | 'quarantined'
    | 'rotation requested'
    | 'break-glass started';
  /** Owner, reason, operation. */
  readonly detail?: string;
}

/** Findings about one subject, from the first to the person who closes it. */
export interface CaseRecord {
  readonly v: 1;
  readonly id: string;
  /** Of its first finding: a case is opened once for each. */
  readonly openedBy: string;
  readonly subject: Subject;
  readonly state: 'open' | 'closed';
  /** Of the worst of them. */
  readonly severity: Severity;
  readonly openedAtMs: number;
  readonly lastAtMs: number;
  /** Who looks into it. */
  readonly owner?: string;
  /** How often each rule found something. */
  readonly counts: Readonly<Partial<Record<Rule, number>>>;
  /** The newest, `MOST_FINDINGS` at most, oldest first. */
  readonly findings: readonly Finding[];
  readonly history: readonly CaseStep[];
  /** Raised by each save. */
  readonly revision: number;
}

/** A case tells a person what happened; all findings are in the audit. */
export const MOST_FINDINGS = 25;
/** Longest history: an assignment a minute for a day is no person's. */
export const MOST_STEPS = 200;
