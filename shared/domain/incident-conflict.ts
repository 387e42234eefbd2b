import type { ClassRecord } from './class.ts';
import { RekeyError } from './errors.ts';
import type { IncidentRecord } from './incident.ts';

/** The class is not at the epoch that the plan was made at. */
export function epochMoved(incident: IncidentRecord, record: ClassRecord | null): RekeyError {
  const { scope, fromEpoch } = incident.plan;
  return new RekeyError({
    code: 'epoch-moved',
    family: 'Conflict',
    message: `class ${scope.className} is at epoch ${record?.epoch ?? 'none'}, the plan was made at ${fromEpoch}: another break-glass was started meanwhile`,
    safe: 'This one changed nothing.',
    next: [
      ...(record?.incidents ?? []).map((id) => `rekey watch ${id}`),
      'the same command again, for a new plan',
    ],
  });
}

/** Someone saved a later revision. */
export function incidentChanged(id: string): RekeyError {
  return new RekeyError({
    code: 'incident-changed',
    family: 'Conflict',
    message: `incident ${id} was changed meanwhile`,
    safe: 'This save changed nothing.',
    next: [`rekey incident show ${id}`],
  });
}
