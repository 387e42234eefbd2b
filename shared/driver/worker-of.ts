import type { IncidentRecord } from '../domain/incident.ts';
import type { Acting } from './entries.ts';

/** Who works on an incident's target, and through which admin where the first is exposed. */
export function workerOf(
  incident: IncidentRecord,
  targetId: string,
): { readonly acting: Acting; readonly through: string | undefined } {
  return {
    acting: { user: incident.startedBy, operation: incident.id, source: 'rekey' },
    through: incident.plan.exposedAdmins.find(({ target }) => target === targetId)?.through,
  };
}
