import type { AuditEntry } from '../../domain/audit/entry.ts';
import type { AuditPolicy } from '../../domain/audit/policy.ts';
import { personIn, withPseudonyms } from '../../domain/pseudonym/person-in-entry.ts';
import type { Needs } from '../services.ts';

/**
 * Entries as they may be written: where policy says so, with pseudonyms in the place of whoever reads. A key that cannot be had
 * leaves no entry, and so no value: a name that is in the chain is never out of it. `policy`: where it was asked for already.
 */
export async function writePseudonyms(
  { registry, pseudonyms }: Needs<'registry' | 'pseudonyms'>,
  entries: readonly AuditEntry[],
  policy?: AuditPolicy | null,
): Promise<readonly AuditEntry[]> {
  const names = [...new Set(entries.flatMap(personIn))];
  if (names.length === 0) return entries;
  const inForce = policy === undefined ? await registry.auditPolicy() : policy;
  if (inForce?.pseudonyms !== true) return entries;
  const known = await pseudonyms.of(names);
  return entries.map((entry) => withPseudonyms(entry, known));
}
