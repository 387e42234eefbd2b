import type { IncidentRecord } from './incident.ts';

/**
 * When the incident was contained: every layer that can be enforced was seen to be. A target that does not answer holds
 * up only its own line. Undefined while the resolver's, or an enforceable key's, denial was not seen.
 */
export function containedAt(incident: IncidentRecord): { containedAtMs?: number; cutAtMs?: number } {
  const seen = incident.layers.filter((layer) => layer.state === 'observed');
  const latest = (of: typeof seen) => Math.max(...of.map((layer) => layer.atMs ?? 0));
  const targets = seen.filter((layer) => layer.layer === 'target');
  const open = incident.layers.some(
    (layer) => layer.layer !== 'target' && layer.state === 'not-yet-observed',
  );
  const fenceSeen = !incident.plan.fence || (!open && seen.some((layer) => layer.layer === 'resolver'));
  const cutSeen = !incident.plan.cut || targets.length > 0;
  return {
    ...(targets.length > 0 ? { cutAtMs: latest(targets) } : {}),
    ...((incident.plan.fence || incident.plan.cut) && fenceSeen && cutSeen && seen.length > 0
      ? { containedAtMs: latest(seen) }
      : {}),
  };
}

/** Whether each target of the plan was seen cut as a whole. One that was not is asked again when the incident is resumed. */
export function isCutSeen({ plan, layers }: IncidentRecord): boolean {
  const seen = new Set(
    layers.flatMap(({ layer, target, state }) =>
      layer === 'target' && state === 'observed' ? [target] : [],
    ),
  );
  return plan.secrets.every(({ target }) => target === '' || seen.has(target));
}
