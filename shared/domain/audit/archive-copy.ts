import type { Tampering } from './chain-walk.ts';

/** The objects of an archive, wherever they lie. */
export interface ArchiveCopy {
  /** Everything under `audit/`, in any order. */
  list(): Promise<readonly ArchivedObject[]>;
  read(name: string): Promise<Uint8Array>;
}

export interface ArchivedObject {
  readonly name: string;
  /** What befell it since it was written; missing where nothing did, or the place cannot tell. */
  readonly changed?: { readonly how: 'deleted' | 'overwritten'; readonly atMs: number };
}

/** What is wrong with an archive, and where it first shows. */
export interface ArchiveTampering {
  readonly kind: Tampering['kind'] | 'deleted' | 'overwritten' | 'extra';
  /** Empty where it is none of the archive's. */
  readonly object: string;
  /** Line of the object, from 1; 0 where it is the object itself. */
  readonly line: number;
  readonly message: string;
}

/** Objects asked for at once: a busy stage makes hundreds of thousands in a year. */
export const OBJECTS_AT_ONCE = 16;

export function tampered(
  kind: ArchiveTampering['kind'],
  object: string,
  line: number,
  message: string,
): { readonly ok: false; readonly tampering: ArchiveTampering } {
  return { ok: false, tampering: { kind, object, line, message } };
}
