import type { IncidentRecord } from '../shared/domain/incident.ts';
import type { Services } from '../shared/driver/services.ts';
import type { ProgressView } from './screen/progress.ts';

/** An incident as its screen shows it, counted where the records are. */
export async function viewOf(services: Services, incident: IncidentRecord): Promise<ProgressView> {
  const { registry, clock } = services;
  const [tallies, deliveries, consumers] = await Promise.all([
    registry.tally(incident.plan.scope, incident.epoch),
    registry.deliveries(incident.id),
    registry.consumers(),
  ]);
  const owners = new Map(consumers.map((consumer) => [consumer.name, consumer.owner]));
  const open = Map.groupBy(
    deliveries.filter(({ state, mustConfirm }) => state === 'due' || (mustConfirm && state !== 'confirmed')),
    (delivery) => delivery.consumer,
  );
  const targets = await Promise.all(
    tallies.map(async (tally) => {
      const breaker = await registry.breaker(tally.target);
      return { ...tally, ...(breaker === null ? {} : { aside: breaker.reason }) };
    }),
  );
  return {
    incident: incident.id,
    className: incident.plan.scope.className,
    cause: incident.plan.cause,
    state: incident.state,
    elapsedMs: (incident.sealedAtMs ?? clock.nowMs()) - incident.confirmedAtMs,
    layers: incident.layers.map(({ layer, target, state }) => ({ name: target ?? layer, state })),
    targets,
    unconfirmed: [...open].map(([consumer, group]) => ({
      consumer,
      owner: owners.get(consumer) ?? 'unknown',
      count: group.length,
    })),
  };
}
