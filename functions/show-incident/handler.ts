import * as z from 'zod';
import { RekeyError } from '../../shared/domain/errors.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { incidentNamed } from '../../shared/driver/change-incident.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { executionsOf } from '../../shared/driver/executions.ts';
import { type IncidentView, viewOf } from '../../shared/driver/incident-view.ts';

/**
 * Answers how an incident stands; the newest where none is named. One that was asked for and whose workflow has not opened it
 * yet, or could not, is `view: null` with the standing of its workflow.
 */
export const showIncident = defineFunction({
  name: 'ShowIncident',
  needs: ['registry', 'packets', 'workflows', 'clock'],
  input: { incidentId: z.string().optional() },
  output: {
    incidentId: z.string(),
    view: z.custom<IncidentView>().nullable(),
    failure: z.object({ error: z.string(), cause: z.string() }).nullable(),
  },
  async run(input, services, context) {
    callerOf(context);
    const id = input.incidentId ?? (await services.registry.incidents()).at(-1)?.id;
    if (id === undefined) {
      throw new RekeyError({
        code: 'incident-unknown',
        family: 'NotFound',
        message: 'there is no incident yet',
        next: ['rekey status'],
      });
    }
    const incident = await services.registry.incident(id);
    if (incident !== null) {
      const view = await viewOf(services, incident);
      const standing = view.execution?.standing;
      return { incidentId: id, view, failure: standing?.status === 'failed' ? failureOf(standing) : null };
    }
    const newest = (await executionsOf(services, id)).at(-1);
    if (newest === undefined) await incidentNamed(services, id);
    const standing = newest?.standing;
    return {
      incidentId: id,
      view: null,
      failure: standing?.status === 'failed' ? failureOf(standing) : null,
    };
  },
});

function failureOf({ error, cause }: { readonly error: string; readonly cause: string }) {
  return { error, cause };
}
