import type { AuditEntry } from '../audit/entry.ts';
import type { Told } from './cloudtrail/read-record.ts';
import { readEntryId } from './read-entry.ts';

/** Of a stretch of time: what the trail has and the audit has not, and the reverse, by the ids of entries. */
export interface Disagreement {
  readonly missing: readonly string[];
  readonly invented: readonly string[];
}

/**
 * Compares a trail's records with the entries that say that they are of it, from one moment to before another. Both sides are
 * complete there: files come later than what they tell of, and so do entries.
 */
export function compareWithTrail(
  told: readonly Told[],
  entries: readonly AuditEntry[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Disagreement {
  const within = (atMs: number) => atMs >= fromMs && atMs < toMs;
  const inTrail = new Set(told.flatMap((one) => (within(atMsOf(one)) ? [idOf(one)] : [])));
  const inAudit = new Set(
    entries.flatMap((entry) => (isOfTrail(entry) && within(entry.atMs) ? [entry.id] : [])),
  );
  return {
    missing: [...inTrail].filter((id) => !inAudit.has(id)).sort(),
    invented: [...inAudit].filter((id) => !inTrail.has(id)).sort(),
  };
}

/** Of secrets alone: of keys the trail is not asked. */
function isOfTrail({ read, change }: AuditEntry): boolean {
  if (change !== undefined) return change.keyId === undefined;
  return read?.from === 'cloudtrail' && read.verb !== 'open';
}

/** The id that an entry of it has. */
export function idOf(told: Told): string {
  switch (told.kind) {
    case 'read':
      return readEntryId(told.event);
    case 'change':
      return `change:cloudtrail:${told.change.id}`;
    case 'nothing':
    case 'unread':
      return '';
  }
}

function atMsOf(told: Told): number {
  switch (told.kind) {
    case 'read':
      return told.event.atMs;
    case 'change':
      return told.change.atMs;
    case 'nothing':
    case 'unread':
      return Number.NaN;
  }
}
