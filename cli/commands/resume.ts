import { resumeIncident } from '../../functions/resume-incident/handler.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { followIncident } from '../progress.ts';
import { reportIncident } from '../report-incident.ts';
import { withFace } from '../with-face.ts';

/** Takes up what is left, what waits for its time and what was set aside for a person alike. What is done is skipped. */
export async function resume(
  context: Context,
  { incident }: { readonly incident: string },
): Promise<ExitCode> {
  return withFace(context, async (face) => {
    const { execution, joined, packetsBefore } = await face.call(resumeIncident, { incidentId: incident });
    if (joined) context.say(`rekey: ${execution} is under way; watching it`);
    const watched = await followIncident(face, incident, packetsBefore);
    if (watched === null) {
      context.say(`detached; it goes on by itself: rekey watch ${incident}`);
      return EXIT.done;
    }
    reportIncident(context, watched.view);
    return watched.code;
  });
}
