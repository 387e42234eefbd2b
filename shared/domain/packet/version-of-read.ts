import type { AuditEntry } from '../audit/entry.ts';
import type { VersionRecord } from '../version.ts';

/** By reference, those that readers ever got, the last promoted first. */
export type VersionsByTime = ReadonlyMap<string, readonly VersionRecord[]>;

export function versionsByTime(versions: readonly VersionRecord[]): VersionsByTime {
  const promoted = versions
    .filter(({ promotedAtMs }) => promotedAtMs !== undefined)
    .toSorted((one, other) => (other.promotedAtMs ?? 0) - (one.promotedAtMs ?? 0));
  return Map.groupBy(promoted, ({ ref }) => ref as string);
}

/**
 * The version that was read. Where the source names none, the one that readers got at that time: an entry that was told late
 * was written when another was current.
 */
export function versionOfRead(
  { ref = '', versionId, atMs, read, outcome }: AuditEntry,
  versions: VersionsByTime,
): { readonly id: string | null; readonly presumed: boolean } {
  if (read?.versionPresumed !== true) return { id: versionId ?? null, presumed: false };
  // Refused: none was chosen.
  if (outcome === 'denied') return { id: null, presumed: false };
  const then = versions.get(ref)?.find(({ promotedAtMs = 0 }) => promotedAtMs <= atMs);
  return { id: then?.id ?? versionId ?? null, presumed: true };
}
