import { canonicalJson, sha256Hex } from '../canonical.ts';
import type { ClassRecord } from '../class.ts';
import type { ConsumerRecord } from '../consumer.ts';
import type { SecretRecord } from '../secret.ts';
import type { SecretRef } from '../secret-ref.ts';
import type { TargetRecord } from '../target.ts';

/** What is asked to be rotated: a class, or within it one tenant, one target, some secrets. */
export interface RotationScope {
  readonly className: string;
  readonly tenant?: string;
  readonly target?: string;
  /** Sorted. Left out: all of them. */
  readonly secretRefs?: readonly SecretRef[];
}

export interface PlannedSecret {
  readonly ref: SecretRef;
  readonly tenant: string;
  readonly target: string;
  readonly account: Readonly<Record<string, string>>;
  /** The version it has now. */
  readonly versionId?: string;
  readonly consumers: readonly string[];
}

/** What the rotation does at one target. */
export interface PlannedTarget {
  readonly id: string;
  readonly kind: string;
  /** SHA-256 over where it is and who administers it. */
  readonly fingerprint: string;
  /** How long a consumer may find neither credential working, in the kind's own words; `no gap` where the old one works on beside the new. */
  readonly gap: string;
}

/**
 * The exact, frozen list of what a rotation on request will do. Its SHA-256 over canonical JSON is what people approve, and it
 * is made again at the start: what comes out otherwise then voids the request.
 */
export interface RotationPlan {
  readonly v: 1;
  readonly kind: 'rotation';
  readonly scope: RotationScope;
  /** Of the class: a break-glass in between has moved it. */
  readonly epoch: number;
  /** By reference. They are begun with the targets in turn. */
  readonly secrets: readonly PlannedSecret[];
  /** Of those, admin credentials: they go when the others have gone. */
  readonly last: readonly SecretRef[];
  /** In the scope and left alone: no rotator knows them, people replace them. */
  readonly byHand: readonly SecretRef[];
  readonly targets: readonly PlannedTarget[];
  /** Told of each new version. */
  readonly consumers: readonly { readonly name: string; readonly mustConfirm: boolean }[];
  /** Not begun before this. Left out: once it is approved. */
  readonly notBeforeMs?: number;
  /** How long the previous credential goes on working once its consumers were told. */
  readonly graceMs: number;
}

/** What a plan is made from, as it stands at one moment. */
export interface RotationWorld {
  readonly record: ClassRecord;
  /** All of the class. */
  readonly secrets: readonly SecretRecord[];
  readonly targets: readonly TargetRecord[];
  readonly consumers: readonly ConsumerRecord[];
  /** In the words of its kind; null where its target holds two credentials at once. */
  readonly gapOf: (secret: SecretRecord) => string | null;
  readonly graceMs: number;
}

const NO_GAP = 'no gap';

function isInRotationScope(scope: RotationScope, secret: SecretRecord): boolean {
  return (
    scope.className === secret.className &&
    (scope.tenant === undefined || scope.tenant === secret.tenant) &&
    (scope.target === undefined || scope.target === secret.target) &&
    (scope.secretRefs === undefined || scope.secretRefs.includes(secret.ref))
  );
}

/** Freezes what a rotation of the scope does in this world. Pure: the same world gives the same bytes. */
export function freezeRotation(
  asked: { readonly scope: RotationScope; readonly notBeforeMs?: number },
  world: RotationWorld,
): RotationPlan {
  const inScope = world.secrets
    .filter((secret) => isInRotationScope(asked.scope, secret))
    .sort((a, b) => (a.ref < b.ref ? -1 : 1));
  const secrets = inScope.filter(({ target }) => target !== '');
  const used = new Set(secrets.map(({ target }) => target));
  const told = new Set(secrets.flatMap(({ consumers }) => consumers));
  const gapAt = (id: string) =>
    secrets
      .filter(({ target }) => target === id)
      .map(world.gapOf)
      .find((gap) => gap !== null) ?? NO_GAP;
  const administering = new Set(
    world.targets.flatMap(({ admins }) => admins.map(({ passwordRef }) => passwordRef)),
  );
  return {
    v: 1,
    kind: 'rotation',
    scope: asked.scope,
    epoch: world.record.epoch,
    secrets: secrets.map(({ ref, tenant, target, account, currentVersionId, consumers }) => ({
      ref,
      tenant,
      target,
      account,
      ...(currentVersionId === undefined ? {} : { versionId: currentVersionId }),
      consumers,
    })),
    last: secrets.flatMap(({ ref }) => (administering.has(ref) ? [ref] : [])),
    byHand: inScope.flatMap(({ ref, target }) => (target === '' ? [ref] : [])),
    targets: world.targets
      .filter(({ id }) => used.has(id))
      .map(({ id, kind, connection, network, admins }) => ({
        id,
        kind,
        fingerprint: sha256Hex(canonicalJson({ connection, network, admins })),
        gap: gapAt(id),
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    consumers: world.consumers
      .filter(({ name }) => told.has(name))
      .map(({ name, mustConfirm }) => ({ name, mustConfirm }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    ...(asked.notBeforeMs === undefined ? {} : { notBeforeMs: asked.notBeforeMs }),
    graceMs: world.graceMs,
  };
}
