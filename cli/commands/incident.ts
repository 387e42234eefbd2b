import { findLateReads } from '../../functions/find-late-reads/handler.ts';
import { listIncidents as list } from '../../functions/list-incidents/handler.ts';
import { showIncident as show } from '../../functions/show-incident/handler.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Face } from '../face.ts';
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

/** Who may see an incident and not what is read, as an approver, is not told: undefined. */
async function lateReads(face: Face, incidentId: string): Promise<number | undefined> {
  try {
    return (await face.call(findLateReads, { incidentId })).late;
  } catch (error) {
    if (error instanceof RekeyError && error.family === 'Denied') return undefined;
    throw error;
  }
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
    reportIncident(context, view, view.packet === null ? 0 : await lateReads(face, incidentId));
    return EXIT.done;
  });
}
