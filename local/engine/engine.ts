import { readFileSync } from 'node:fs';
import { RekeyError } from '../../shared/domain/errors.ts';
import { tellDue } from '../../shared/driver/tell-due.ts';
import { pathsIn } from '../home.ts';
import { createInterpreter } from '../interpreter/interpreter.ts';
import { loadMachine } from '../interpreter/load.ts';
import { createSqliteJournal } from '../interpreter/sqlite-journal.ts';
import { createStartRequests } from '../sqlite/start-requests.ts';
import { openState, type StateOptions } from '../state.ts';
import { FUNCTIONS } from './functions.ts';
import { type EngineLock, takeEngineLock } from './lock.ts';

const MACHINE = new URL('../../statemachines/break-glass.asl.json', import.meta.url);

/** How long a function may take; a batch stops before and hands back what is left. */
const INVOCATION_MS = 100_000;
/** How often the engine looks for what other processes ask: a look costs microseconds. */
const LOOK_EVERY_MS = 5;
const CHAIN_EVERY_MS = 250;

export interface EngineOptions extends StateOptions {
  /** With nothing under way for this long the process ends; the next command starts another. Default one minute. */
  readonly idleMs?: number;
  /** Ends the engine as the process's end would: nothing is tidied, the next one carries on. */
  readonly signal?: AbortSignal;
  readonly onStarted?: () => void;
  readonly onCarriedOn?: (names: readonly string[]) => void;
}

/** The break-glass machine as the engine runs it: function names are their own substitutions. */
export function loadBreakGlass() {
  return loadMachine(JSON.parse(readFileSync(MACHINE, 'utf8')), {
    substitutions: Object.fromEntries([...FUNCTIONS.keys()].map((name) => [name, name])),
  });
}

/**
 * Runs the workflows of one state directory until idle or told to end. False where another engine holds it. What a killed
 * engine left under way is carried on first.
 */
export async function runEngine(home: string, options: EngineOptions = {}): Promise<boolean> {
  const lock = await takeLockSoon(home);
  if (lock === null) return false;
  options.onStarted?.();
  const state = openState(home, options);
  const { services, database } = state;
  const requests = createStartRequests(database);
  const idleMs = options.idleMs ?? 60_000;
  const interpreter = createInterpreter({
    machine: loadBreakGlass(),
    journal: createSqliteJournal(database),
    clock: services.clock,
    random: services.random,
    readItems: async ({ Bucket, Key }) => services.manifests.read(String(Bucket), String(Key)),
    invoke: async (name, payload) => {
      const called = FUNCTIONS.get(name);
      if (called === undefined) throw new Error(`no function ${name}`);
      return called.invoke(services, payload, { untilMs: services.clock.nowMs() + INVOCATION_MS });
    },
  });
  try {
    const carriedOn = await interpreter.resumeAll();
    if (carriedOn.length > 0) options.onCarriedOn?.(carriedOn);
    const running = new Set<string>(carriedOn);
    for (const name of carriedOn)
      void interpreter
        .whenDone(name)
        .finally(() => running.delete(name))
        .catch(() => undefined);
    let lastBusyMs = services.clock.nowMs();
    let chainedMs = 0;
    while (options.signal?.aborted !== true) {
      for (const request of requests.waiting()) {
        await interpreter.start(request.name, request.input);
        requests.took(request.name);
        running.add(request.name);
        void interpreter
          .whenDone(request.name)
          .finally(() => running.delete(request.name))
          .catch(() => undefined);
      }
      const nowMs = services.clock.nowMs();
      const told = await tellDue(services);
      if (nowMs - chainedMs >= CHAIN_EVERY_MS) {
        await services.audit.chainPending();
        chainedMs = nowMs;
      }
      if (running.size > 0 || told > 0) lastBusyMs = nowMs;
      else if (nowMs - lastBusyMs >= idleMs) break;
      await services.clock.sleep(LOOK_EVERY_MS, options.signal);
    }
    await interpreter.stop();
    await services.audit.chainPending();
    return true;
  } finally {
    state.close();
    lock.release();
  }
}

/** A command that merely looks whether an engine runs holds the lock for a moment. */
async function takeLockSoon(home: string): Promise<EngineLock | null> {
  for (let tries = 0; tries < 20; tries += 1) {
    const lock = takeEngineLock(pathsIn(home).engineLock);
    if (lock !== null) return lock;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return null;
}

/** What an engine's process says when it ends in an error: never a value, always the next command. */
export function describeEnd(error: unknown): string {
  if (error instanceof RekeyError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : 'unknown';
}
