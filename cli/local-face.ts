import { describeError } from '../local/describe-error.ts';
import { ENGINE_EXIT } from '../local/engine/exit.ts';
import { ensureEngine } from '../local/engine/launch.ts';
import { pathsIn } from '../local/home.ts';
import { takeInLateReads } from '../local/late-reads.ts';
import { openState } from '../local/state.ts';
import { RekeyError } from '../shared/domain/errors.ts';
import type { Context } from './context.ts';
import type { Face } from './face.ts';

/** A function has as long as a person is willing to wait. */
const CALL_MS = 600_000;
const LOOK_EVERY_MS = 100;
/** An engine that was killed is missed after this many looks. */
const LOOKS_PER_ENGINE_LOOK = 10;

/** The control plane in this process, on the state directory. What a killed engine left under way is carried on, and said. */
export async function openLocalFace(context: Context): Promise<{ readonly face: Face; close(): void }> {
  const state = openState(context.home);
  const { services } = state;
  const caller = { user: context.user, source: `local:${process.pid}` };
  const carriedOn = await services.workflows.carryOn();
  if (carriedOn.length > 0) context.say(`rekey: the engine had ended; carried on ${carriedOn.join(', ')}`);
  // What cannot be taken in yet ends no command that can do without.
  const late = await takeInLateReads(services, pathsIn(context.home).lateReads).catch((error: unknown) => {
    context.say(`rekey: reads that wait for the audit cannot be taken in: ${describeError(error)}`);
    return 0;
  });
  if (late > 0) context.say(`rekey: ${late} reads that the audit could not take are in it now, marked late`);
  let looks = 0;
  let engineEnd: number | undefined;
  const ensure = () =>
    ensureEngine(context.home, (code) => {
      engineEnd = code;
    });
  return {
    close: () => state.close(),
    face: {
      lookEveryMs: LOOK_EVERY_MS,
      async call(verb, input) {
        const untilMs = services.clock.nowMs() + CALL_MS;
        const { v: _v, ...output } = await verb.invoke(services, { ...input, v: 1 }, { untilMs, caller });
        return output as unknown as Awaited<ReturnType<typeof verb.invoke>>;
      },
      getReady: ensure,
      keepAlive(incident) {
        if (engineEnd !== undefined) throw engineFailed(engineEnd, context.home, incident);
        looks += 1;
        // Killed meanwhile: whoever watches starts the next engine, which carries on.
        if (looks % LOOKS_PER_ENGINE_LOOK === 0) ensure();
      },
    },
  };
}

/** Nothing failed but the engine: the next one carries on from where the workflow stands. */
function engineFailed(code: number, home: string, incident: string): RekeyError {
  const full = code === ENGINE_EXIT.diskFull;
  return new RekeyError({
    code: full ? 'disk-full' : 'engine-failed',
    family: 'Unrecoverable',
    message: full
      ? `the state in ${home} could not be written: the disk is full or failing`
      : `the engine ended with an error; ${pathsIn(home).engineLog} says which`,
    safe: 'What was recorded before stands; nothing was undone.',
    next: full ? [`make room, then: rekey watch ${incident}`] : [`rekey watch ${incident}`, 'rekey doctor'],
  });
}
