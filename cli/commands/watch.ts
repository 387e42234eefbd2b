import { showIncident } from '../../functions/show-incident/handler.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { followIncident } from '../progress.ts';
import { reportIncident } from '../report-incident.ts';
import { withFace } from '../with-face.ts';

export async function watch(
  context: Context,
  { incident }: { readonly incident?: string },
): Promise<ExitCode> {
  return withFace(context, async (face) => {
    const { incidentId } = await face.call(showIncident, { incidentId: incident });
    const watched = await followIncident(face, incidentId);
    if (watched === null) return EXIT.done;
    reportIncident(context, watched.view);
    return watched.code;
  });
}
