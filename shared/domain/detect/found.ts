import type { AuditEntry } from '../audit/entry.ts';
import { given } from '../given.ts';
import { type Certainty, type Finding, MOST_EVIDENCE, type Severity } from './finding.ts';
import { dayOf, findingId } from './finding-id.ts';
import type { Rule } from './rule.ts';

/** What a rule says of what it found; the rest of a finding comes from the entry. */
export interface Said {
  readonly severity: Severity;
  readonly certainty: Certainty;
  readonly seen: string;
  readonly unusual: string;
  readonly next: string;
  readonly evidence: readonly string[];
  /** Left out: the entry's time. */
  readonly atMs?: number;
  /** Left out: whoever the entry is of. Null: nobody, as where many do it together. */
  readonly principal?: null;
  /** Left out: the entry's secret. Null: more than one. */
  readonly ref?: null;
}

/** A finding by the key that a rule counts under, for the UTC day of what made it one. */
export function found(rule: Rule, key: string, entry: AuditEntry, said: Said): Finding {
  const { severity, certainty, seen, unusual, next, evidence, atMs = entry.atMs } = said;
  const one = said.ref === undefined;
  return {
    v: 1,
    id: findingId(rule, key, dayOf(atMs)),
    rule,
    atMs,
    severity,
    certainty,
    ...given('principal', said.principal === undefined ? entry.actor.user : undefined),
    ...given('ref', one ? secretOf(entry) : undefined),
    ...given('className', entry.className),
    ...given('tenant', entry.tenant),
    ...given('address', entry.source),
    seen,
    unusual,
    evidence: evidence.slice(0, MOST_EVIDENCE),
    next,
  };
}

/** The secret that an entry is about: its reference, or what its source calls one that is not enrolled. */
export function secretOf(entry: AuditEntry): string | undefined {
  return entry.ref ?? entry.read?.named ?? entry.change?.named;
}
