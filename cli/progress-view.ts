import type { Services } from '../shared/driver/services.ts';
import type { IncidentRecord } from '../shared/domain/incident.ts';
import type { ProgressView } from './screen/progress.ts';

/** An incident as its screen shows it. */
export async function viewOf(services: Services, incident: IncidentRecord): Promise<ProgressView> {
  throw new Error('to be filled');
}
