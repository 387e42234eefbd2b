import type { Rule } from './rule.ts';

/** `certain`: nobody honest does this. `likely`, `possible`: how often it is something harmless stands on the rule's page. */
export const CERTAINTIES = ['possible', 'likely', 'certain'] as const;
export type Certainty = (typeof CERTAINTIES)[number];

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Entries that a finding names at most: the first of them. */
export const MOST_EVIDENCE = 20;

/**
 * What a rule found. The same entries give the same ids, in whatever order they came within the lateness: an id is made of the
 * rule, of whom and what it is about, and of the UTC day. One that comes again is the same with newer figures.
 */
export interface Finding {
  readonly v: 1;
  readonly id: string;
  readonly rule: Rule;
  /** Of the entry that made it one. */
  readonly atMs: number;
  readonly severity: Severity;
  readonly certainty: Certainty;
  /** What its case is about: the principal where there is one, else the secret. */
  readonly principal?: string;
  readonly ref?: string;
  readonly className?: string;
  readonly tenant?: string;
  readonly address?: string;
  /** One sentence with its figures. Holds texts of callers: each face escapes them in its own way. */
  readonly seen: string;
  /** Why it is unusual: the figures compared. */
  readonly unusual: string;
  /** Ids of audit entries, oldest first, `MOST_EVIDENCE` at most. */
  readonly evidence: readonly string[];
  /** The command that comes next. */
  readonly next: string;
}
