import { standingSummary } from '../local/engine/executions.ts';
import type { State } from '../local/state.ts';
import { RekeyError } from '../shared/domain/errors.ts';
import type { IncidentRecord } from '../shared/domain/incident.ts';
import { engineRuns } from '../local/engine/launch.ts';
import type { Context } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { createLiveScreen } from './screen/live.ts';
import { viewOf } from './progress-view.ts';

const LOOK_EVERY_MS = 100;

export interface Watched {
  readonly incident: IncidentRecord;
  readonly code: ExitCode;
}

/**
 * Shows an incident until its workflow ends or waits for people. Ctrl-C detaches: the engine goes on by itself. Null when
 * detached.
 */
export async function followIncident(context: Context, state: State, execution: string, id: string): Promise<Watched | null> {
  const { registry, clock } = state.services;
  const detaching = new AbortController();
  const detach = () => detaching.abort();
  process.once('SIGINT', detach);
  const screen = createLiveScreen(process.stderr);
  try {
    for (;;) {
      const summary = standingSummary(state.database, execution);
      const incident = await registry.incident(id);
      if (summary.status === 'failed') throw failure(summary, incident);
      if (incident !== null) {
        screen.draw(await viewOf(state.services, incident));
        if (summary.status === 'succeeded') return { incident, code: await codeOf(state, incident) };
        if (incident.state === 'awaiting-reopen' && incident.packets > 0) return { incident, code: EXIT.awaitingPeople };
      }
      if (summary.status === 'running' && !engineRuns(context.home) && summary.idle) {
        const { ensureEngine } = await import('../local/engine/launch.ts');
        ensureEngine(context.home);
      }
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

function failure(
  summary: { readonly error?: string; readonly cause?: string },
  incident: IncidentRecord | null,
): RekeyError {
  return new RekeyError({
    code: 'workflow-failed',
    family: 'Unrecoverable',
    message: `the workflow ended: ${summary.cause ?? summary.error ?? 'no cause given'}`,
    safe: incident === null ? 'Nothing was changed.' : 'What was done stands; nothing was undone.',
    next: incident === null ? ['rekey status'] : [`rekey resume ${incident.id}`, `rekey incident show ${incident.id}`],
  });
}
