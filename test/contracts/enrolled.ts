import type { SecretRecord } from '../../shared/domain/secret.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import type { Fate, VersionRecord } from '../../shared/domain/version.ts';
import type { Registry, SecretChange } from '../../shared/ports/registry.ts';
import { AT_MS, aClass, aSecret, aTarget, uniqueName, uniqueVersionId } from './records.ts';

/** A class of a test's own, with targets and secrets in turn. */
export interface Enrolled {
  readonly className: string;
  readonly targets: readonly string[];
  /** In their own order. */
  readonly refs: readonly SecretRef[];
}

export async function enrol(
  registry: Registry,
  { secrets = 1, targets = 1 }: { readonly secrets?: number; readonly targets?: number } = {},
): Promise<Enrolled> {
  const className = uniqueName('payments');
  const ids = Array.from({ length: targets }, () => uniqueName('db'));
  const refs = Array.from(
    { length: secrets },
    (_, index): SecretRef => `vault://contracts/${className}/s${String(index).padStart(5, '0')}`,
  );
  await registry.applyEnrolment([
    { put: { classes: [aClass(className)], targets: ids.map(aTarget) }, remove: {}, entries: [] },
    ...refs.map((ref, index) => ({
      put: { secrets: [aSecret(ref, className, ids[index % targets] ?? '')] },
      remove: {},
      entries: [],
    })),
  ]);
  return { className, targets: ids, refs };
}

export async function secretNamed(registry: Registry, ref: SecretRef): Promise<SecretRecord> {
  const [secret] = await registry.secrets([ref]);
  if (secret === undefined) throw new Error(`${ref} is not enrolled`);
  return secret;
}

/** Claims a secret for an operation; answers it with its token. */
export async function hold(registry: Registry, ref: SecretRef, operation: string): Promise<SecretRecord> {
  const [answer] = await registry.claim([ref], {
    operation,
    epoch: Number.MAX_SAFE_INTEGER,
    holder: 'worker',
    nowMs: AT_MS,
    leaseMs: 15_000,
  });
  if (answer?.outcome !== 'claimed') throw new Error(`${ref} was not claimed`);
  return answer.secret;
}

/** One step of a held secret. */
export function aStep(held: SecretRecord, more: Partial<SecretChange> = {}): SecretChange {
  return { token: held.fencing, secret: held, versions: [], deliveries: [], entries: [], ...more };
}

export function aVersion(ref: SecretRef, ordinal: number, about: Partial<VersionRecord> = {}): VersionRecord {
  return {
    v: 1,
    ref,
    id: uniqueVersionId(),
    ordinal,
    epoch: 1,
    keyId: 'key-of-nobody',
    fate: 'pending',
    operation: 'rot-1',
    valueHeld: true,
    createdAtMs: AT_MS,
    ...about,
  };
}

/** Gives a secret its next version, of this fate; a live one is what readers get. */
export async function issue(
  registry: Registry,
  ref: SecretRef,
  fate: Fate,
  about: Partial<VersionRecord> = {},
): Promise<VersionRecord> {
  const held = await hold(registry, ref, 'rot-1');
  const version = aVersion(ref, held.ordinal + 1, { fate, ...about });
  const { claim: _claim, ...secret } = held;
  await registry.record([
    aStep(held, {
      secret: {
        ...secret,
        ordinal: version.ordinal,
        ...(fate === 'live' ? { currentVersionId: version.id } : {}),
      },
      versions: [version],
    }),
  ]);
  return version;
}

/** Everything that the registry says of a class: two pictures are equal where nothing was changed. */
export async function pictureOf(registry: Registry, { className, targets, refs }: Enrolled): Promise<object> {
  const [record, secrets, versions, known, incidents, requests, freezes] = await Promise.all([
    registry.classNamed(className),
    registry.secrets(refs),
    registry.versions({ refs }),
    Promise.all(targets.map((target) => registry.target(target))),
    registry.incidents(),
    registry.requests(),
    registry.freezes(),
  ]);
  const own = incidents.filter(({ plan }) => plan.scope.className === className);
  return {
    record,
    secrets,
    versions,
    targets: known,
    incidents: own,
    requests: requests.filter(({ scope }) => scope.className === className),
    freezes: freezes.filter((freeze) => freeze.className === className),
    cuts: await Promise.all(own.map(({ id }) => registry.cuts(id))),
    deliveries: await Promise.all(own.map(({ id }) => registry.deliveries(id))),
  };
}
