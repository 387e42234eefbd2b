import type { Needs } from './services.ts';

/** Asks for the workflow of a confirmed plan, durably. The same incident again is a no-op. */
export async function startIncident(
  services: Needs<'workflows'>,
  incident: {
    readonly incidentId: string;
    readonly planHash: string;
    readonly startedBy: string;
    readonly confirmedAtMs: number;
  },
): Promise<void> {
  await services.workflows.startBreakGlass(incident.incidentId, { v: 1, ...incident, again: false });
}

/** `inc-<day>-<class>-<tail>`: at most 48 characters, so that it fits into `application_name` with the worker's. */
export function incidentIdOf(className: string, nowMs: number, tail: string): string {
  const day = new Date(nowMs).toISOString().slice(0, 10).replaceAll('-', '');
  const name = className
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '-')
    .slice(0, 24);
  return `inc-${day}-${name}-${tail}`;
}
