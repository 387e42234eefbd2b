import type { ExecutionStanding } from '../ports/workflows.ts';
import type { Needs } from './services.ts';

/** One run of an incident's workflow: the first has the incident's name, each resume a number after it. */
export interface Execution {
  readonly name: string;
  readonly standing: ExecutionStanding;
}

/** Runs of an incident, oldest first; none where it was never started. */
export async function executionsOf(services: Needs<'workflows'>, incident: string): Promise<Execution[]> {
  const found: Execution[] = [];
  for (;;) {
    const name = executionName(incident, found.length);
    const standing = await services.workflows.standing(name);
    if (standing.status === 'unknown') return found;
    found.push({ name, standing });
  }
}

export function executionName(incident: string, resumes: number): string {
  return resumes === 0 ? incident : `${incident}-r${resumes}`;
}

export function isUnderWay({ standing }: Execution): boolean {
  return standing.status === 'waiting' || standing.status === 'running';
}
