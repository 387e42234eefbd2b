import type { KnownSecret } from '../domain/reads/known-secret.ts';
import type { SecretRef } from '../domain/secret-ref.ts';
import type { Needs } from './services.ts';

/** Those of the references that are enrolled, with their versions and their class, each asked for once. */
export async function knownSecrets(
  { registry }: Needs<'registry'>,
  refs: readonly SecretRef[],
): Promise<ReadonlyMap<SecretRef, KnownSecret>> {
  const asked = [...new Set(refs)];
  if (asked.length === 0) return new Map();
  const [secrets, versions] = await Promise.all([
    registry.secrets(asked),
    registry.versions({ refs: asked }),
  ]);
  const ofRef = Map.groupBy(versions, ({ ref }) => ref);
  const names = [...new Set(secrets.map(({ className }) => className))];
  const classes = new Map(
    (await Promise.all(names.map((name) => registry.classNamed(name)))).map((record) => [
      record?.name,
      record,
    ]),
  );
  return new Map(
    secrets.map((secret) => [
      secret.ref,
      {
        secret,
        versions: ofRef.get(secret.ref) ?? [],
        record: { epoch: classes.get(secret.className)?.epoch ?? secret.epoch },
      },
    ]),
  );
}
