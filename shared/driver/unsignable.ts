import { RekeyError } from '../domain/errors.ts';
import type { IncidentRecord } from '../domain/incident.ts';
import type { Statement } from '../domain/signature/statement.ts';
import { executionsOf, isUnderWay } from './executions.ts';
import type { Needs } from './services.ts';

/** Refuses a signature that nothing could follow from. */
export async function refuseUnsignable(
  services: Needs<'workflows'>,
  incident: IncidentRecord,
  purpose: Statement['purpose'],
): Promise<void> {
  if (purpose === 'restore') {
    if (!incident.plan.cut) throw nothingTo(purpose, incident, `${incident.id} cut nothing`);
    return;
  }
  if (incident.state !== 'awaiting-reopen' || incident.reopenToken === undefined) {
    throw nothingTo(
      purpose,
      incident,
      `${incident.id} is ${incident.state}: it does not wait to be re-opened`,
    );
  }
  const executions = await executionsOf(services, incident.id);
  if (!executions.some(isUnderWay))
    throw nothingTo(purpose, incident, `the workflow of ${incident.id} that waited has ended`, 'resume');
}

function nothingTo(
  purpose: Statement['purpose'],
  { id }: IncidentRecord,
  message: string,
  next: 'incident show' | 'resume' = 'incident show',
): RekeyError {
  return new RekeyError({
    code: `nothing-to-${purpose}`,
    family: 'Conflict',
    message,
    safe: 'Nothing was signed.',
    next: [`rekey ${next} ${id}`],
  });
}
