import type { AuditEntry } from '../../shared/domain/audit/entry.ts';

/** An entry on one line, with its place in the chain where it has one. */
export function auditLine(entry: AuditEntry & { readonly seq?: number }): string {
  const { read, change, finding } = entry;
  const reason = finding === undefined ? entry.reason : `${finding.rule}: ${finding.seen}`;
  const what = [entry.ref ?? read?.named ?? change?.named, entry.target, entry.consumer, change?.name];
  const words = [
    entry.seq ?? '–',
    new Date(entry.atMs).toISOString(),
    entry.action,
    read?.late === true ? `${entry.outcome} (late)` : entry.outcome,
    entry.actor.user,
    ...what.filter((part) => part !== undefined && part !== ''),
  ];
  return `${words.join(' ')}${reason === undefined ? '' : `: ${reason}`}`;
}
