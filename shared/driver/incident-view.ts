import type { Brake } from '../domain/brake.ts';
import { isDone } from '../domain/delivery.ts';
import type { IncidentRecord } from '../domain/incident.ts';
import { reopenersNeeded } from '../domain/progress.ts';
import type { TargetTally } from '../ports/registry.ts';
import type { ExecutionStanding } from '../ports/workflows.ts';
import { executionsOf } from './executions.ts';
import { judgeIncident } from './judge-incident.ts';
import type { Needs } from './services.ts';

/** An incident as people and scripts see it: plain data. Durations count from the confirmed plan, in milliseconds; null: not observed. */
export interface IncidentView {
  readonly incident: string;
  readonly state: IncidentRecord['state'];
  readonly cause: IncidentRecord['plan']['cause'];
  readonly scope: IncidentRecord['plan']['scope'];
  readonly fence: boolean;
  readonly cut: boolean;
  readonly epoch: number;
  readonly planHash: string;
  readonly startedBy: string;
  readonly confirmedAtMs: number;
  readonly elapsedMs: number;
  readonly secrets: number;
  readonly provenRevoked: number;
  readonly unproven: number;
  readonly containMs: number | null;
  readonly cutMs: number | null;
  readonly reissueMs: number | null;
  readonly proveMs: number | null;
  readonly reopenMs: number | null;
  readonly layers: IncidentRecord['layers'];
  readonly targets: readonly TargetView[];
  readonly unconfirmed: readonly {
    readonly consumer: string;
    readonly owner: string;
    readonly count: number;
  }[];
  /** Its class's. */
  readonly brake: Brake | null;
  /** Packets written. */
  readonly packets: number;
  /** Whose signatures count for what waits for people; where nothing waits, who has signed. */
  readonly signedBy: readonly string[];
  readonly signaturesNeeded: number;
  /** Where the newest packet is; null before the first. */
  readonly packet: string | null;
  /** The newest run of its workflow. */
  readonly execution: { readonly name: string; readonly standing: ExecutionStanding } | null;
}

export interface TargetView extends TargetTally {
  /** Why it is set aside. */
  readonly aside?: string;
}

/** Counted where the records are. */
export async function viewOf(
  services: Needs<'registry' | 'packets' | 'workflows' | 'clock'>,
  incident: IncidentRecord,
): Promise<IncidentView> {
  const { registry, clock } = services;
  const [tallies, deliveries, consumers, executions, record] = await Promise.all([
    registry.tally(incident.plan.scope, incident.epoch),
    registry.deliveries(incident.id),
    registry.consumers(),
    executionsOf(services, incident.id),
    registry.classNamed(incident.plan.scope.className),
  ]);
  const owners = new Map(consumers.map((consumer) => [consumer.name, consumer.owner]));
  const open = Map.groupBy(
    deliveries.filter((delivery) => !isDone(delivery)),
    (delivery) => delivery.consumer,
  );
  const targets = await Promise.all(
    tallies.map(async (tally) => {
      const breaker = await registry.breaker(tally.target);
      return { ...tally, ...(breaker === null ? {} : { aside: breaker.reason }) };
    }),
  );
  const since = (atMs: number | undefined) => (atMs === undefined ? null : atMs - incident.confirmedAtMs);
  const sum = (of: (tally: TargetTally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
  const [secrets, provenRevoked] = [sum(({ total }) => total), sum(({ proven }) => proven)];
  const { plan } = incident;
  return {
    incident: incident.id,
    state: incident.state,
    cause: plan.cause,
    scope: plan.scope,
    fence: plan.fence,
    cut: plan.cut,
    epoch: incident.epoch,
    planHash: incident.planHash,
    startedBy: incident.startedBy,
    confirmedAtMs: incident.confirmedAtMs,
    elapsedMs: (incident.sealedAtMs ?? clock.nowMs()) - incident.confirmedAtMs,
    secrets,
    provenRevoked,
    unproven: secrets - provenRevoked,
    containMs: since(incident.containedAtMs),
    cutMs: since(incident.cutAtMs),
    reissueMs: since(incident.reissuedAtMs),
    proveMs: since(incident.provenAtMs),
    reopenMs: since(incident.reopenedAtMs),
    layers: incident.layers,
    targets,
    unconfirmed: [...open].map(([consumer, group]) => ({
      consumer,
      owner: owners.get(consumer) ?? 'unknown',
      count: group.length,
    })),
    brake: record?.brake ?? null,
    packets: incident.packets,
    signedBy: await signersOf(services, incident),
    signaturesNeeded: reopenersNeeded(incident),
    packet: incident.packets === 0 ? null : services.packets.placeOf(`${incident.id}-${incident.packets}`),
    execution: executions.at(-1) ?? null,
  };
}

/** What counts is judged only where it is waited for: it takes every version's fate. */
async function signersOf(
  services: Needs<'registry' | 'clock'>,
  incident: IncidentRecord,
): Promise<readonly string[]> {
  if (incident.state === 'awaiting-reopen' && incident.signatures.length > 0)
    return (await judgeIncident(services, incident, 'reopen')).counted;
  return incident.signatures.map(({ person }) => person);
}
