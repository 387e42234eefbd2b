import { canonicalJson, sha256Hex } from '../canonical.ts';
import type { Fate, VersionRecord } from '../version.ts';

/** What people sign for. */
export const PURPOSES = ['reopen', 'restore'] as const;

/** What a person signs, as canonical JSON. Any change of any field voids the signature. */
export interface Statement {
  readonly v: 1;
  readonly purpose: (typeof PURPOSES)[number];
  readonly incident: string;
  readonly className: string;
  readonly epoch: number;
  readonly planHash: string;
  /** Of every version's fate: who signs has seen them. */
  readonly fatesDigest: string;
  readonly expiresAtMs: number;
}

export function statementBytes(statement: Statement): Buffer {
  return Buffer.from(canonicalJson(statement));
}

/**
 * For a restore what works and what is cut is one: the undoing itself turns the second into the first, target by target, and
 * must not void what was signed for it. A re-issue does.
 */
export function fatesDigest(
  versions: readonly Pick<VersionRecord, 'ref' | 'id' | 'fate'>[],
  purpose: Statement['purpose'],
): string {
  const undone = (fate: Fate): Fate => (fate === 'live' || fate === 'grace' ? 'cut' : fate);
  const fates = versions
    .map(({ ref, id, fate }) => [ref, id, purpose === 'restore' ? undone(fate) : fate])
    .sort((a, b) => (String(a) < String(b) ? -1 : 1));
  return sha256Hex(canonicalJson(fates));
}
