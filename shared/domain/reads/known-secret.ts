import type { ReadDetail } from '../audit/entry.ts';
import type { ClassRecord } from '../class.ts';
import type { SecretRecord } from '../secret.ts';
import type { VersionRecord } from '../version.ts';

/** A secret that is enrolled, as the registry has it when something tells of a read. */
export interface KnownSecret {
  readonly secret: SecretRecord;
  readonly versions: readonly VersionRecord[];
  readonly record: Pick<ClassRecord, 'epoch'>;
}

/** Whichever version was meant: the one that is named, else the current one. */
export function versionRead(
  { secret, versions }: Pick<KnownSecret, 'secret' | 'versions'>,
  versionId: string | undefined,
): VersionRecord | undefined {
  const id = versionId ?? secret.currentVersionId;
  return versions.find((version) => version.id === id);
}

/** What was known of the secret at the time: kept with the entry, so that whoever judges it a year later judges the same. Undefined: nothing that matters. */
export function factsOf(
  { secret, versions, record }: KnownSecret,
  versionId: string | undefined,
): ReadDetail['secret'] {
  const version = versionRead({ secret, versions }, versionId);
  const current = versions.find(({ id }) => id === secret.currentVersionId);
  const supersededAtMs = version === undefined || version === current ? undefined : current?.promotedAtMs;
  const facts = {
    ...(secret.decoy === true ? { decoy: true as const } : {}),
    ...(version === undefined ? {} : { fate: version.fate }),
    ...(supersededAtMs === undefined ? {} : { supersededAtMs }),
    ...(version !== undefined && version.epoch < secret.epoch && secret.epoch <= record.epoch
      ? { epochClosed: true as const }
      : {}),
    ...(secret.claim === undefined ? {} : { claimed: true as const }),
  };
  return Object.keys(facts).length === 0 ? undefined : facts;
}
