import type { Rotation, SecretRecord } from './secret.ts';
import type { VersionRecord } from './version.ts';

/** A secret under rotation with its unsettled versions, the one being issued among them. */
export interface Rotating {
  readonly secret: SecretRecord;
  readonly versions: readonly VersionRecord[];
}

export function issuedOf({ secret, versions }: Rotating): VersionRecord | undefined {
  return versions.find((version) => version.id === secret.rotation?.versionId);
}

/** Every other version that may still open something: each is tried in the proof. */
export function oldOf({ secret, versions }: Rotating): VersionRecord[] {
  return versions.filter(
    (version) =>
      version.id !== secret.rotation?.versionId &&
      version.fate !== 'revoked-proven' &&
      version.fate !== 'failed',
  );
}

export function withRotation(rotating: Rotating, change: (rotation: Rotation) => Rotation): Rotating {
  const { rotation } = rotating.secret;
  if (rotation === undefined) throw new Error(`${rotating.secret.ref} is not rotating`);
  return { ...rotating, secret: { ...rotating.secret, rotation: change(rotation) } };
}

export function reach(rotating: Rotating, stage: Rotation['stage'], more: Partial<Rotation> = {}): Rotating {
  return withRotation(rotating, ({ parked: _parked, ...rotation }) => ({
    ...rotation,
    ...more,
    stage,
  }));
}

export function withVersion(
  rotating: Rotating,
  id: string,
  change: (version: VersionRecord) => VersionRecord,
): Rotating {
  return {
    ...rotating,
    versions: rotating.versions.map((version) => (version.id === id ? change(version) : version)),
  };
}

/** The new credential undoes a cut of Rekey's own. What was off before Rekey came stays off, and says so. */
export function withoutOwnCut({ cut, ...secret }: SecretRecord, off: boolean, nowMs: number): SecretRecord {
  if (!off) return secret;
  return { ...secret, cut: { operation: cut?.operation ?? '', atMs: cut?.atMs ?? nowMs, wasOff: true } };
}
