import type { AuditEntry } from '../domain/audit/entry.ts';

/**
 * Where the entry of a read waits while the audit does not take it. Kept, it is durable, and comes into the audit once that
 * answers again, where its id makes it one however often it comes. Errors: `TargetUnavailable`, `Throttled`, `Denied`,
 * `OutcomeUnknown`; `Unrecoverable` `disk-full`.
 */
export interface LateReads {
  keep(entry: AuditEntry): Promise<void>;
}
