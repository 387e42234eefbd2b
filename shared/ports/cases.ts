import type { CaseRecord, Subject } from '../domain/case/case.ts';

/** Cases stand where readers of secrets cannot see them. */
export interface Cases {
  /** The one open case of a subject. */
  openOf(subject: Subject): Promise<CaseRecord | null>;
  /** The case that a finding opened, open or not: the same finding told again opens no second one. */
  openedBy(finding: string): Promise<CaseRecord | null>;
  named(id: string): Promise<CaseRecord | null>;
  /** The newest first. `state` left out: both. */
  list(question: { readonly state?: CaseRecord['state']; readonly limit: number }): Promise<CaseRecord[]>;
  /** As revision `record.revision + 1`, where it stands at `record.revision` (0: it is not there yet, and its subject has no open one). False where not. */
  save(record: CaseRecord): Promise<boolean>;
}
