import type { IncidentRecord } from '../domain/incident.ts';
import type { Acting } from './entries.ts';

/** Who works on an incident's target, and through which admin. */
export function workerOf(
  incident: IncidentRecord,
  targetId: string,
): { readonly acting: Acting; readonly spareAdmin: boolean } {
  return {
    acting: { user: incident.startedBy, operation: incident.id, source: 'rekey' },
    spareAdmin: incident.plan.exposedAdmins.some(
      (admin) => admin.target === targetId && admin.through !== undefined,
    ),
  };
}
