import type { AuditEntry } from '../domain/audit/entry.ts';
import { readLateRead } from '../domain/reads/late-read.ts';
import { writePseudonyms } from './pseudonym/write-pseudonyms.ts';
import type { Needs } from './services.ts';
import { letterOf } from './take-in-records.ts';

/**
 * Leaves: in the audit what waited for it, once however often it comes, and what is no read of the resolver's among the dead
 * letters. Answers how many reads.
 */
export async function takeInLate(
  services: Needs<'registry' | 'deadLetters' | 'pseudonyms' | 'clock'>,
  kept: readonly unknown[],
): Promise<number> {
  const { registry, deadLetters, clock } = services;
  const entries: AuditEntry[] = [];
  const letters = kept.flatMap((one) => {
    const entry = readLateRead(one);
    if (entry === null) return [letterOf(one, 'no read that waited for the audit', clock.nowMs())];
    entries.push(entry);
    return [];
  });
  if (letters.length > 0) await deadLetters.put(letters);
  if (entries.length > 0) {
    const inOrder = entries.sort((a, b) => a.atMs - b.atMs);
    await registry.append(await writePseudonyms(services, inOrder));
  }
  return entries.length;
}
