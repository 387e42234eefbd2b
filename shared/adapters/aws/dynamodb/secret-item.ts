import type { SecretRecord } from '../../../domain/secret.ts';
import { isSettled, type VersionRecord } from '../../../domain/version.ts';
import { documentIn, packDocument } from './document.ts';
import { secretKey, versionKey } from './keys.ts';
import {
  ABSENT,
  type Condition,
  type Item,
  numberValue,
  revisionOf,
  unchangedSince,
  type Write,
} from './write.ts';

/**
 * A secret with its unsettled versions is one item, so that one read gives what a claim needs and one write commits a step:
 * `d` the record, `v<ordinal>` each version, `f` the fencing token, `r` the revision, `x` where it is enrolled no more (its
 * versions stay). A version that settles moves to an item of its own, written once.
 */
export interface StoredSecret {
  readonly secret: SecretRecord;
  /** Not settled, oldest first. */
  readonly versions: readonly VersionRecord[];
  readonly removed: boolean;
  readonly item: Item;
}

const VERSION_ATTRIBUTE = /^v(\d+)$/;

const versionAttribute = ({ ordinal }: VersionRecord) => `v${ordinal}`;

export function readSecret(item: Item): StoredSecret {
  const versions = Object.keys(item)
    .flatMap((name) => (VERSION_ATTRIBUTE.test(name) ? documentIn<VersionRecord>(item, name) : []))
    .sort((a, b) => a.ordinal - b.ordinal);
  return {
    secret: documentIn<SecretRecord>(item),
    versions,
    removed: item['x'] !== undefined,
    item,
  };
}

export function readVersion(item: Item): VersionRecord {
  return documentIn<VersionRecord>(item);
}

export function newSecret(secret: SecretRecord): Write {
  return {
    kind: 'put',
    key: secretKey(secret.ref),
    attributes: { ...recordAttributes(secret), r: numberValue(1) },
    when: ABSENT,
  };
}

function recordAttributes(secret: SecretRecord): Item {
  return { d: { B: packDocument(secret) }, f: numberValue(secret.fencing) };
}

/** The secret changed from what was read; refused where anyone wrote it since. Its versions stay, those given excepted. */
export function changedSecret(
  { item }: StoredSecret,
  secret: SecretRecord,
  versions: readonly VersionRecord[] = [],
): Write {
  return {
    kind: 'change',
    key: secretKey(secret.ref),
    set: {
      ...recordAttributes(secret),
      ...versionAttributes(versions),
      r: numberValue(revisionOf(item) + 1),
    },
    when: unchangedSince(item),
  };
}

/** Under its name again: what was kept of it when it was removed goes on. */
export function enrolledAgain(stored: StoredSecret, secret: SecretRecord): Write {
  const { set = {}, ...write } = changedSecret(stored, secret) as Write & { kind: 'change' };
  return { ...write, set, remove: ['x'] };
}

/** Enrolled no more; the item stays, with the ledger's open lines in it. */
export function removedSecret({ item, secret }: StoredSecret): Write {
  return {
    kind: 'change',
    key: secretKey(secret.ref),
    set: { x: numberValue(1), r: numberValue(revisionOf(item) + 1) },
    when: unchangedSince(item),
  };
}

/** A step under a claim: whatever stood is overwritten, as long as the token is the last one. */
export function steppedSecret(
  token: number,
  secret: SecretRecord,
  versions: readonly VersionRecord[],
): { readonly write: Write; readonly settled: readonly Write[] } {
  const unsettled = versions.filter(({ fate }) => !isSettled(fate));
  const settled = versions.filter(({ fate }) => isSettled(fate));
  const held: Condition = {
    expression: 'f = :token AND attribute_not_exists(x)',
    values: { ':token': numberValue(token) },
  };
  return {
    write: {
      kind: 'change',
      key: secretKey(secret.ref),
      set: { ...recordAttributes(secret), ...versionAttributes(unsettled) },
      remove: settled.map(versionAttribute),
      add: { r: numberValue(1) },
      when: held,
    },
    settled: settled.map((version) => ({
      kind: 'put',
      key: versionKey(version.ref, version.ordinal),
      attributes: { d: { B: packDocument(version) } },
      when: ABSENT,
    })),
  };
}

function versionAttributes(versions: readonly VersionRecord[]): Item {
  return Object.fromEntries(
    versions.map((version) => [versionAttribute(version), { B: packDocument(version) }]),
  );
}
