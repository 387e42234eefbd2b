import type { AuditEntry } from '../audit/entry.ts';
import type { ReadVerb } from '../reads/read-event.ts';

/** The resolver's entries of before reads had their fields are reads. */
export function verbOf(entry: AuditEntry): ReadVerb {
  return entry.read?.verb ?? 'read';
}

/**
 * Whether somebody got at a value: by a read, or by the key that was opened for one, which tells of a read again or is all
 * that tells of it. Whoever counts secrets counts a secret once; whoever counts reads counts either kind, and takes the larger.
 */
export function isTaken(entry: AuditEntry): boolean {
  if (entry.action !== 'read' || entry.outcome !== 'success') return false;
  const verb = verbOf(entry);
  return verb === 'read' || verb === 'open' || verb === 'batch-read';
}

/** Told by the key's own log, in which the store stands where the caller's address would. */
export function isSecondWitness(entry: AuditEntry): boolean {
  return entry.read?.verb === 'open';
}
