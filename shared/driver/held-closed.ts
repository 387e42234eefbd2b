import type { IncidentRecord } from '../domain/incident.ts';
import type { EpochKey } from '../ports/keys.ts';
import type { Needs } from './services.ts';

/**
 * Whether a fence closes an older key: nothing that it seals, and that may still open something, lies outside the incident's
 * scope, where closing it would lock out what nobody said has leaked.
 */
export function isSealedWithin(
  { plan }: Pick<IncidentRecord, 'plan'>,
  sealed: readonly { readonly ref: string }[],
): boolean {
  const inScope = new Set<string>(plan.secrets.map(({ ref }) => ref));
  return sealed.every(({ ref }) => inScope.has(ref));
}

/**
 * Ids of those of these keys that another standing fence of the class keeps closed, whatever becomes of this incident: the key
 * of that one's own epoch, until people have re-opened it, and what it closed of older ones.
 */
export async function heldClosed(
  { registry }: Needs<'registry'>,
  incident: IncidentRecord,
  keys: readonly EpochKey[],
): Promise<ReadonlySet<string>> {
  const { className } = incident.plan.scope;
  const fences = (await registry.classNamed(className))?.fences ?? [];
  const ids = fences.flatMap((fence) => (fence.incident === incident.id ? [] : [fence.incident]));
  const others = (await Promise.all(ids.map((id) => registry.incident(id)))).filter(
    (other) => other !== null,
  );
  if (others.length === 0) return new Set();
  const keyIds = keys.map(({ id }) => id);
  const sealed = Map.groupBy(await registry.unsettledUnder({ className, keyIds }), ({ keyId }) => keyId);
  const held = keys.filter(({ id, epoch }) =>
    others.some(
      (other) =>
        epoch === other.epoch || (epoch < other.epoch && isSealedWithin(other, sealed.get(id) ?? [])),
    ),
  );
  return new Set(held.map(({ id }) => id));
}
