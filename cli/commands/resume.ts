import { completeTask, unfinishedExecutions } from '../../local/engine/executions.ts';
import { ensureEngine } from '../../local/engine/launch.ts';
import { createStartRequests } from '../../local/sqlite/start-requests.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { incidentNamed } from '../../shared/driver/change-incident.ts';
import { type Context, withState } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { followIncident } from '../progress.ts';
import { reportIncident } from '../report-incident.ts';

/** Takes up what is left, what waits for its time and what was set aside for a person alike. What is done is skipped. */
export async function resume(
  context: Context,
  { incident: id }: { readonly incident: string },
): Promise<ExitCode> {
  return withState(context, async (state) => {
    const incident = await incidentNamed(state.services, id);
    if (incident.state === 'restored') {
      throw new RekeyError({
        code: 'incident-restored',
        family: 'Conflict',
        message: `${id} was a mistaken alarm and its cut was undone`,
        safe: 'Nothing was changed.',
        next: ['rekey break-glass'],
      });
    }
    const requests = createStartRequests(state.database);
    const running = unfinishedExecutions(state.database).find(
      (name) => name === id || name.startsWith(`${id}-r`),
    );
    const execution = running ?? `${id}-r${requests.names(`${id}-r`).length + 1}`;
    if (incident.state === 'awaiting-reopen' && incident.reopenToken !== undefined) {
      completeTask(state.database, incident.reopenToken, { again: true });
    } else if (running === undefined) {
      requests.ask({
        name: execution,
        machine: 'break-glass',
        input: {
          v: 1,
          incidentId: id,
          startedBy: context.user,
          confirmedAtMs: incident.confirmedAtMs,
          again: true,
        },
      });
    } else {
      context.say(`rekey: ${execution} is under way; watching it`);
    }
    ensureEngine(context.home);
    // What waited for people before is over only when a further packet says what this sweep came to.
    const packetsBefore = incident.state === 'awaiting-reopen' ? incident.packets : 0;
    const watched = await followIncident(context, state, execution, id, packetsBefore);
    if (watched === null) {
      context.say(`detached; it goes on by itself: rekey watch ${id}`);
      return EXIT.done;
    }
    await reportIncident(context, state, watched.incident);
    return watched.code;
  });
}
