import type { Rule } from '../detect/rule.ts';
import type { AuditAction, AuditEntry, AuditOutcome } from './entry.ts';

/** What is asked of the audit: an entry answers all of it. A list that is given and empty matches none. */
export interface AuditQuestion {
  readonly action?: readonly AuditAction[];
  readonly outcome?: readonly AuditOutcome[];
  readonly refs?: readonly string[];
  /** Of the reference, or of the name that a source gives a secret which is not enrolled. */
  readonly refPrefix?: string;
  readonly className?: string;
  /** Not of these; what is of no class is of none of them. */
  readonly exceptClasses?: readonly string[];
  /** Whoever is behind it, of several any: user, agent, workflow, run, session, source identity, or on whose behalf. */
  readonly principal?: string | readonly string[];
  /** The network identity, of several any, whole; or an address's beginning that ends in `.` or `:`. */
  readonly address?: string | readonly string[];
  readonly operation?: string;
  /** Of a finding. */
  readonly rule?: readonly Rule[];
  /** Anywhere in the reason, or in a finding's words; in small letters or large. */
  readonly reason?: string;
  /** At or after. */
  readonly sinceMs?: number;
  /** Before. */
  readonly untilMs?: number;
}

/** A judge of entries: each part of the question is looked at once, however many entries there are. */
export function answersTo(question: AuditQuestion): (entry: AuditEntry) => boolean {
  const { refPrefix, className, operation, sinceMs, untilMs } = question;
  const principals = question.principal === undefined ? null : new Set([question.principal].flat());
  const addresses = question.address === undefined ? null : [question.address].flat();
  const actions = question.action === undefined ? null : new Set(question.action);
  const outcomes = question.outcome === undefined ? null : new Set(question.outcome);
  const refs = question.refs === undefined ? null : new Set(question.refs);
  const rules = question.rule === undefined ? null : new Set(question.rule);
  const reason = question.reason?.toLowerCase();
  const closed = question.exceptClasses === undefined ? null : new Set(question.exceptClasses);
  return (entry) =>
    (actions === null || actions.has(entry.action)) &&
    (outcomes === null || outcomes.has(entry.outcome)) &&
    (refs === null || (entry.ref !== undefined && refs.has(entry.ref))) &&
    (refPrefix === undefined || namesOf(entry).some((name) => name.startsWith(refPrefix))) &&
    (className === undefined || entry.className === className) &&
    (closed === null || entry.className === undefined || !closed.has(entry.className)) &&
    (principals === null || behind(entry).some((name) => name !== undefined && principals.has(name))) &&
    (addresses === null || addresses.some((address) => isFrom(entry.source, address))) &&
    (operation === undefined || entry.operation === operation) &&
    (rules === null || (entry.finding !== undefined && rules.has(entry.finding.rule))) &&
    (reason === undefined || wordsOf(entry).toLowerCase().includes(reason)) &&
    (sinceMs === undefined || entry.atMs >= Math.floor(sinceMs)) &&
    (untilMs === undefined || entry.atMs < untilMs);
}

function wordsOf({ reason = '', finding }: AuditEntry): string {
  return finding === undefined ? reason : `${reason}\n${finding.seen}\n${finding.unusual}`;
}

function namesOf({ ref, read, change }: AuditEntry): string[] {
  return [ref, read?.named, change?.named].filter((name) => name !== undefined);
}

function behind({ actor, read, change }: AuditEntry): (string | undefined)[] {
  const { user, agent, workflowId, runId } = actor;
  return [
    user,
    agent,
    workflowId,
    runId,
    read?.session,
    read?.sourceIdentity,
    read?.onBehalfOf,
    change?.session,
  ];
}

function isFrom(source: string, address: string): boolean {
  return /[.:]$/.test(address) ? source.startsWith(address) : source === address;
}
