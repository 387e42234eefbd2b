import type { AuditEntry } from '../domain/audit/entry.ts';
import { RekeyError } from '../domain/errors.ts';
import type { IncidentRecord, LayerReport } from '../domain/incident.ts';
import type { Needs } from './services.ts';

const MOST_TRIES = 50;

export async function incidentNamed(services: Needs<'registry'>, id: string): Promise<IncidentRecord> {
  const incident = await services.registry.incident(id);
  if (incident !== null) return incident;
  throw new RekeyError({
    code: 'incident-unknown',
    family: 'NotFound',
    message: `there is no incident ${id}`,
    next: ['rekey incident list'],
  });
}

/** A mistaken alarm that was undone is worked on no more: what still runs for it ends. Throws `incident-restored`. */
export function refuseRestored(incident: IncidentRecord): IncidentRecord {
  if (incident.state !== 'restored') return incident;
  throw new RekeyError({
    code: 'incident-restored',
    family: 'Conflict',
    message: `${incident.id} was a mistaken alarm and its cut was undone`,
    safe: 'Nothing was changed.',
    next: ['rekey break-glass'],
  });
}

/** Reads, changes and saves; again where someone else saved in between. Null: there is nothing to change. */
export async function changeIncident(
  services: Needs<'registry'>,
  id: string,
  change: (incident: IncidentRecord) => {
    readonly incident: IncidentRecord;
    readonly lift?: boolean;
    readonly end?: boolean;
    readonly entries?: readonly AuditEntry[];
  } | null,
): Promise<IncidentRecord> {
  for (let tries = 1; ; tries += 1) {
    const before = await incidentNamed(services, id);
    const changed = change(before);
    if (changed === null) return before;
    const { incident, entries = [], ...effects } = changed;
    try {
      return await services.registry.saveIncident(incident, effects, entries);
    } catch (error) {
      const again = error instanceof RekeyError && error.code === 'incident-changed' && tries < MOST_TRIES;
      if (!again) throw error;
    }
  }
}

/** A later look at the same layer (of the same target) replaces the earlier one, unless that one had seen it. */
export function withLayers(incident: IncidentRecord, reports: readonly LayerReport[]): IncidentRecord {
  const layers = new Map(incident.layers.map((layer) => [`${layer.layer}/${layer.target ?? ''}`, layer]));
  for (const report of reports) {
    const name = `${report.layer}/${report.target ?? ''}`;
    if (layers.get(name)?.state !== 'observed') layers.set(name, report);
  }
  return { ...incident, layers: [...layers.values()] };
}

/** An entry about the incident as a whole. Idempotent by action and `place`. */
export function incidentEntry(
  incident: IncidentRecord,
  about: Pick<AuditEntry, 'action' | 'atMs'> & Partial<AuditEntry> & { readonly place?: string },
): AuditEntry {
  const { place, ...rest } = about;
  return {
    v: 1,
    id: `${incident.id}:${about.action}:${place ?? ''}`,
    outcome: 'success',
    actor: { user: incident.startedBy, workflowId: incident.id },
    source: 'rekey',
    className: incident.plan.scope.className,
    epoch: incident.epoch,
    cause: incident.plan.cause,
    operation: incident.id,
    ...rest,
  };
}
