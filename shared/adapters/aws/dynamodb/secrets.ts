import { isInScope, type Scope } from '../../../domain/class.ts';
import type { SecretRecord } from '../../../domain/secret.ts';
import type { SecretRef } from '../../../domain/secret-ref.ts';
import type { VersionRecord } from '../../../domain/version.ts';
import { inParallel } from '../../../in-parallel.ts';
import { classKey, secretKey, startingWith } from './keys.ts';
import { readSecret, readVersion, type StoredSecret } from './secret-item.ts';
import type { Table } from './table.ts';
import { type Item, keyText, numberValue } from './write.ts';

/** Queries of one question under way at once. */
const AT_ONCE = 32;
const MEMBER = 'MEMBER#';

/** By reference, those removed too. */
export async function storedSecrets(
  table: Table,
  refs: readonly string[],
): Promise<Map<string, StoredSecret>> {
  const items = await table.getMany(refs.map(secretKey));
  return new Map(
    refs.flatMap((ref) => {
      const item = items.get(keyText(secretKey(ref)));
      return item === undefined ? [] : [[ref, readSecret(item)] as const];
    }),
  );
}

/** Enrolled ones, in the order of `refs`. */
export async function enrolledSecrets(
  table: Table,
  refs: readonly string[],
): Promise<(StoredSecret & { readonly secret: SecretRecord })[]> {
  const stored = await storedSecrets(table, refs);
  return refs.flatMap((ref) => {
    const found = stored.get(ref);
    return found === undefined || found.removed ? [] : found;
  });
}

/** A secret's place in its class. Written by enrolment alone: what safety rests on is read from here and from the secret. */
export interface Member {
  readonly ref: SecretRef;
  readonly tenant: string;
  readonly target: string;
  /** Was one, and has versions under the class's keys. */
  readonly former: boolean;
}

async function membersOf(table: Table, className: string): Promise<Member[]> {
  return (await table.query(classKey(className).pk, startingWith(MEMBER))).map(readMember);
}

export function readMember(item: Item): Member {
  return {
    ref: (item['sk']?.S ?? '').slice(MEMBER.length) as SecretRef,
    tenant: item['t']?.S ?? '',
    target: item['g']?.S ?? '',
    former: item['x'] !== undefined,
  };
}

export function memberAttributes(secret: SecretRecord, former: boolean): Item {
  return {
    t: { S: secret.tenant },
    g: { S: secret.target },
    ...(former ? { x: numberValue(1) } : {}),
  };
}

/** By reference, as they stand. */
export async function storedInScope(table: Table, scope: Scope): Promise<StoredSecret[]> {
  const refs =
    scope.secretRef === undefined
      ? (await membersOf(table, scope.className))
          .filter(
            ({ tenant, target, former }) =>
              !former &&
              (scope.tenant === undefined || scope.tenant === tenant) &&
              (scope.target === undefined || scope.target === target),
          )
          .map(({ ref }) => ref)
      : [scope.secretRef];
  const found = await enrolledSecrets(table, refs);
  return found.filter(({ secret }) => isInScope(scope, secret));
}

/** Each secret's oldest first, settled ones too, secrets in the order of `refs`. */
export async function versionsOf(table: Table, refs: readonly string[]): Promise<VersionRecord[]> {
  return (await inParallel(refs, AT_ONCE, (ref) => versionsOfOne(table, ref))).flat();
}

async function versionsOfOne(table: Table, ref: string): Promise<VersionRecord[]> {
  const { pk, sk } = secretKey(ref);
  const versions = new Map<number, VersionRecord>();
  for (const item of await table.query(pk)) {
    const found = item['sk']?.S === sk ? readSecret(item).versions : [readVersion(item)];
    // What has settled stays so: it comes after the secret, and takes its place.
    for (const version of found) versions.set(version.ordinal, version);
  }
  return [...versions.values()].sort((a, b) => a.ordinal - b.ordinal);
}

/** Found by who is or was in the class: a key is one class's, and a secret that left it stays listed there. */
export async function unsettledUnder(
  table: Table,
  className: string,
  keyIds: readonly string[],
): Promise<VersionRecord[]> {
  if (keyIds.length === 0) return [];
  const wanted = new Set(keyIds);
  const refs = (await membersOf(table, className)).map(({ ref }) => ref);
  const stored = await storedSecrets(table, refs);
  return refs.flatMap((ref) => stored.get(ref)?.versions ?? []).filter(({ keyId }) => wanted.has(keyId));
}
