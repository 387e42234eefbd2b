import { showIncident } from '../functions/show-incident/handler.ts';
import { RekeyError } from '../shared/domain/errors.ts';
import type { IncidentView } from '../shared/driver/incident-view.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Face } from './face.ts';
import { createLiveScreen } from './screen/live.ts';
import { sleep } from './sleep.ts';

/** Looks in a row that may come to nothing. The workflow goes on by itself, and whoever watches wants to know how it ends. */
const MOST_MISSED = 5;
/** A look changes nothing: what became of one does not matter to the next. */
const MISSED: ReadonlySet<string> = new Set(['answer-lost', 'control-plane-unreachable']);

export interface Watched {
  readonly view: IncidentView;
  readonly code: ExitCode;
}

/**
 * Shows an incident until its workflow ends, or waits for people with more than `packetsBefore` packets written, or a mistaken
 * alarm was undone. Ctrl-C detaches: the engine goes on by itself. Null when detached. A look that is not answered is said, and
 * the next may be.
 */
export async function followIncident(
  face: Face,
  incident: string,
  packetsBefore = 0,
): Promise<Watched | null> {
  const detaching = new AbortController();
  const detach = () => detaching.abort();
  process.once('SIGINT', detach);
  const screen = createLiveScreen(process.stderr);
  let missed = 0;
  try {
    for (;;) {
      const look = await face.call(showIncident, { incidentId: incident }).catch((error: unknown) => {
        missed += 1;
        if (!(error instanceof RekeyError) || !MISSED.has(error.code)) throw error;
        if (missed > MOST_MISSED) throw notSeen(incident, error);
        screen.note(`${incident}: ${error.message}; it goes on, and is looked at again`);
        return null;
      });
      if (look === null) {
        if (detaching.signal.aborted) return null;
        await sleep(face.lookEveryMs, detaching.signal);
        continue;
      }
      missed = 0;
      const { view, failure } = look;
      if (view?.state === 'restored') {
        screen.draw(view);
        return { view, code: EXIT.done };
      }
      if (failure !== null) throw workflowFailed(incident, failure.cause || failure.error, view !== null);
      if (view !== null) {
        screen.draw(view);
        if (view.execution?.standing.status === 'succeeded')
          return { view, code: view.unproven === 0 ? EXIT.done : EXIT.unproven };
        const waits = view.state === 'awaiting-reopen' && view.packets > packetsBefore;
        if (waits && view.signedBy.length < view.signaturesNeeded) return { view, code: EXIT.awaitingPeople };
      }
      face.keepAlive(incident);
      if (detaching.signal.aborted) return null;
      await sleep(face.lookEveryMs, detaching.signal);
    }
  } finally {
    process.off('SIGINT', detach);
    screen.end();
  }
}

function notSeen(incident: string, cause: RekeyError): RekeyError {
  return new RekeyError({
    code: cause.code,
    family: cause.family,
    message: `${cause.message}, ${MOST_MISSED + 1} times in a row`,
    safe: 'What is under way goes on by itself: it was looked at, and nothing more.',
    next: [`rekey watch ${incident}`, ...cause.next],
    cause,
  });
}

function workflowFailed(incident: string, cause: string, opened: boolean): RekeyError {
  return new RekeyError({
    code: 'workflow-failed',
    family: 'Unrecoverable',
    message: `the workflow ended: ${cause}`,
    safe: opened ? 'What was done stands; nothing was undone.' : 'Nothing was changed.',
    next: opened
      ? [`rekey resume ${incident}`, `rekey incident show ${incident}`]
      : ['rekey status', 'rekey break-glass'],
  });
}
