import type { AuditEntry } from '../domain/audit/entry.ts';
import type { RequestRecord } from '../domain/request/record.ts';
import { requestEntry } from './change-request.ts';

/** A request that nobody decided in time, with the entry that says so; null where it is none. */
export function expired(
  before: RequestRecord,
  nowMs: number,
): { readonly request: RequestRecord; readonly entries: readonly AuditEntry[] } | null {
  if (before.state !== 'pending' || nowMs < before.expiresAtMs) return null;
  const entry = requestEntry(before, {
    action: 'expire',
    atMs: nowMs,
    reason: `nobody decided by ${new Date(before.expiresAtMs).toISOString()}`,
  });
  return { request: { ...before, state: 'expired', endedAtMs: nowMs }, entries: [entry] };
}
