import type { AuditEntry } from '../audit/entry.ts';

/** Whether the value itself was asked for, and not which secrets there are, what is said of one, or its key. */
export function isOfValue({ action, read }: Pick<AuditEntry, 'action' | 'read'>): boolean {
  return action === 'read' && (read === undefined || read.verb === 'read' || read.verb === 'batch-read');
}

/** Whether a principal, by any of its names, stands behind an entry: by himself, as the agent that asked, or as whom a session was made for. */
export function isBy({ actor, read }: Pick<AuditEntry, 'actor' | 'read'>, names: readonly string[]): boolean {
  return [actor.user, actor.agent, read?.sourceIdentity, read?.onBehalfOf].some(
    (name) => name !== undefined && names.includes(name),
  );
}
