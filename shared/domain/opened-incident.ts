import type { IncidentRecord, Plan } from './incident.ts';
import type { Person } from './person.ts';

/** A confirmed plan as the incident that it opens. Pure. */
export function openedIncident(opening: {
  readonly id: string;
  readonly plan: Plan;
  readonly planHash: string;
  readonly startedBy: string;
  readonly confirmedAtMs: number;
  readonly deadlineMs: number;
  readonly people: readonly Person[];
}): IncidentRecord {
  const { deadlineMs, ...known } = opening;
  return {
    v: 1,
    ...known,
    revision: 1,
    state: 'open',
    epoch: opening.plan.fromEpoch + 1,
    deadlineAtMs: opening.confirmedAtMs + deadlineMs,
    layers: [],
    signatures: [],
    packets: 0,
  };
}
