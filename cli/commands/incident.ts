import { listIncidents as list } from '../../functions/list-incidents/handler.ts';
import { showIncident as show } from '../../functions/show-incident/handler.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { reportIncident } from '../report-incident.ts';
import { withFace } from '../with-face.ts';

export async function listIncidents(context: Context): Promise<ExitCode> {
  return withFace(context, async (face) => {
    const { incidents } = await face.call(list, {});
    if (context.json) context.print(JSON.stringify(incidents));
    else if (incidents.length === 0) context.print('no incidents');
    else {
      for (const { incident, state, cause, startedBy, confirmedAtMs } of incidents)
        context.print(
          `${incident}  ${state}  ${cause}  ${new Date(confirmedAtMs).toISOString()}  by ${startedBy}`,
        );
    }
    return EXIT.done;
  });
}

export async function showIncident(
  context: Context,
  { incident }: { readonly incident: string },
): Promise<ExitCode> {
  return withFace(context, async (face) => {
    const { incidentId, view, failure } = await face.call(show, { incidentId: incident });
    if (view === null) {
      throw new RekeyError({
        code: 'incident-not-open',
        family: 'NotFound',
        message: `${incidentId} was asked for and has not been opened${failure === null ? '' : `: ${failure.cause}`}`,
        safe: 'Nothing was changed by it.',
        next: [`rekey watch ${incidentId}`],
      });
    }
    reportIncident(context, view);
    return EXIT.done;
  });
}
