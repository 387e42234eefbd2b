import { standingOfExecution } from '../local/engine/executions.ts';
import { ensureEngine } from '../local/engine/launch.ts';
import type { State } from '../local/state.ts';
import { RekeyError } from '../shared/domain/errors.ts';
import type { IncidentRecord } from '../shared/domain/incident.ts';
import type { Context } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { viewOf } from './progress-view.ts';
import { createLiveScreen } from './screen/live.ts';

const LOOK_EVERY_MS = 100;
const LOOKS_PER_ENGINE_LOOK = 10;

export interface Watched {
  readonly incident: IncidentRecord;
  readonly code: ExitCode;
}

/**
 * Shows an incident until its workflow ends or waits for people. Ctrl-C detaches: the engine goes on by itself. Null when
 * detached.
 */
export async function followIncident(
  context: Context,
  state: State,
  execution: string,
  id: string,
): Promise<Watched | null> {
  const { registry, clock } = state.services;
  const detaching = new AbortController();
  const detach = () => detaching.abort();
  process.once('SIGINT', detach);
  const screen = createLiveScreen(process.stderr);
  let looks = 0;
  try {
    for (;;) {
      const standing = standingOfExecution(state.database, execution);
      const incident = await registry.incident(id);
      if (standing.status === 'failed') throw failure(standing.cause || standing.error, incident);
      if (incident !== null) {
        screen.draw(await viewOf(state.services, incident));
        if (standing.status === 'succeeded') return { incident, code: await codeOf(state, incident) };
        if (incident.state === 'awaiting-reopen' && incident.packets > 0)
          return { incident, code: EXIT.awaitingPeople };
      }
      looks += 1;
      // Killed meanwhile: whoever watches starts the next engine, which carries on.
      if (looks % LOOKS_PER_ENGINE_LOOK === 0) ensureEngine(context.home);
      if (detaching.signal.aborted) return null;
      await clock.sleep(LOOK_EVERY_MS, detaching.signal);
    }
  } finally {
    process.off('SIGINT', detach);
    screen.end();
  }
}

async function codeOf(state: State, incident: IncidentRecord): Promise<ExitCode> {
  const tallies = await state.services.registry.tally(incident.plan.scope, incident.epoch);
  return tallies.every((tally) => tally.proven === tally.total) ? EXIT.done : EXIT.unproven;
}

function failure(cause: string, incident: IncidentRecord | null): RekeyError {
  return new RekeyError({
    code: 'workflow-failed',
    family: 'Unrecoverable',
    message: `the workflow ended: ${cause}`,
    safe: incident === null ? 'Nothing was changed.' : 'What was done stands; nothing was undone.',
    next:
      incident === null
        ? ['rekey status']
        : [`rekey resume ${incident.id}`, `rekey incident show ${incident.id}`],
  });
}
