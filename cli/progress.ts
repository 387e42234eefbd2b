import { standingOfExecution } from '../local/engine/executions.ts';
import { ENGINE_EXIT } from '../local/engine/exit.ts';
import { ensureEngine } from '../local/engine/launch.ts';
import { pathsIn } from '../local/home.ts';
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
 * Shows an incident until its workflow ends, or waits for people with more than `packetsBefore` packets written. Ctrl-C
 * detaches: the engine goes on by itself. Null when detached.
 */
export async function followIncident(
  context: Context,
  state: State,
  execution: string,
  id: string,
  packetsBefore = 0,
): Promise<Watched | null> {
  const { registry, clock } = state.services;
  const detaching = new AbortController();
  const detach = () => detaching.abort();
  process.once('SIGINT', detach);
  const screen = createLiveScreen(process.stderr);
  let looks = 0;
  let engineEnd: number | undefined;
  try {
    for (;;) {
      if (engineEnd !== undefined) throw engineFailed(engineEnd, context.home, id);
      const standing = standingOfExecution(state.database, execution);
      const incident = await registry.incident(id);
      if (standing.status === 'failed') throw failure(standing.cause || standing.error, incident);
      if (incident !== null) {
        screen.draw(await viewOf(state.services, incident));
        if (standing.status === 'succeeded') return { incident, code: await codeOf(state, incident) };
        if (incident.state === 'awaiting-reopen' && incident.packets > packetsBefore)
          return { incident, code: EXIT.awaitingPeople };
      }
      looks += 1;
      // Killed meanwhile: whoever watches starts the next engine, which carries on.
      if (looks % LOOKS_PER_ENGINE_LOOK === 0) {
        ensureEngine(context.home, (code) => {
          engineEnd = code;
        });
      }
      if (detaching.signal.aborted) return null;
      await clock.sleep(LOOK_EVERY_MS, detaching.signal);
    }
  } finally {
    process.off('SIGINT', detach);
    screen.end();
  }
}

/** Nothing failed but the engine: the next one carries on from where the workflow stands. */
function engineFailed(code: number, home: string, id: string): RekeyError {
  const full = code === ENGINE_EXIT.diskFull;
  return new RekeyError({
    code: full ? 'disk-full' : 'engine-failed',
    family: 'Unrecoverable',
    message: full
      ? `the state in ${home} could not be written: the disk is full or failing`
      : `the engine ended with an error; ${pathsIn(home).engineLog} says which`,
    safe: 'What was recorded before stands; nothing was undone.',
    next: full ? [`make room, then: rekey watch ${id}`] : [`rekey watch ${id}`, 'rekey doctor'],
  });
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
