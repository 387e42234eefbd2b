import { DatabaseSync } from 'node:sqlite';
import { createInterpreter } from '../../../local/interpreter/interpreter.ts';
import type { Frame, Journal } from '../../../local/interpreter/journal.ts';
import { loadMachine } from '../../../local/interpreter/load.ts';
import { answerTask, beatTask, createSqliteJournal } from '../../../local/interpreter/sqlite-journal.ts';
import { makeTables } from '../../../local/sqlite/database.ts';
import { systemClock, systemRandom } from '../../../local/system.ts';
import { namesIn, statesOf } from './machine-text.ts';
import type { Scenario } from './scenario.ts';
import { ScriptedFunctions } from './script.ts';
import { plain, plainCause, type Step, type Story, sortedCalls } from './story.ts';

export function loadEmbedded(machine: object) {
  const substitutions = Object.fromEntries(namesIn(machine).map((name) => [name, name]));
  return loadMachine(JSON.parse(JSON.stringify(machine)), { substitutions });
}

/** Runs a scenario through the embedded interpreter, in real time. */
export async function runEmbedded(scenario: Scenario): Promise<Story> {
  const database = new DatabaseSync(':memory:');
  makeTables(database);
  const machine = loadEmbedded(scenario.machine);
  const functions = new ScriptedFunctions(scenario.script ?? {}, {
    complete: async (token, outcome) =>
      answerTask(database, token, 'output' in outcome ? { ok: true, ...outcome } : { ok: false, ...outcome }),
    heartbeat: async (token) => beatTask(database, token, systemClock.nowMs()),
  });
  const teller = new Teller(createSqliteJournal(database), scenario.machine);
  const interpreter = createInterpreter({
    machine,
    journal: teller.journal,
    clock: systemClock,
    random: systemRandom,
    invoke: async (name, payload) => {
      const reply = await functions.call(name, payload);
      if ('error' in reply) throw Object.assign(new Error(reply.cause), { name: reply.error });
      return reply.payload;
    },
    readItems: async ({ Bucket, Key }) => {
      const items = scenario.objects?.[String(Key)];
      if (items === undefined) throw new Error(`no object ${String(Key)} in ${String(Bucket)}`);
      return items as unknown[];
    },
  });
  await interpreter.start('scenario', scenario.input ?? {});
  const end = await interpreter.whenDone('scenario');
  await functions.settled();
  return {
    end:
      end.status === 'succeeded'
        ? { status: 'succeeded', output: plain(end.output) }
        : { status: 'failed', error: end.error, cause: plainCause(end.error, end.cause) },
    scopes: teller.scopes,
    calls: sortedCalls(functions.calls),
  };
}

/** Reads the steps off the journal: a commit is a transition. */
class Teller {
  readonly scopes: Record<string, Step[]> = {};
  readonly journal: Journal;
  readonly #states: ReturnType<typeof statesOf>;
  /** The state that each scope stands in. */
  readonly #at = new Map<string, string>();

  constructor(journal: Journal, machine: object) {
    this.#states = statesOf(machine);
    this.journal = {
      ...journal,
      commit: async (name, frame, forget) => {
        await journal.commit(name, frame, forget);
        this.#tell(frame);
      },
    };
  }

  #tell(frame: Frame): void {
    const scope = frame.path.replaceAll(/\/([^/]+)\.\d+\.(\d+)/g, '/$1/$2').slice(1);
    const state = this.#at.get(frame.path) ?? this.#firstIn(scope);
    this.#at.set(frame.path, frame.state);
    if (frame.end !== undefined) this.#at.delete(frame.path);
    const known = this.#states.get(state);
    // Items of a distributed map are executions of their own: their calls and the map's result speak for them.
    if (known?.distributed === true) return;
    const told = (step: Step) => (this.scopes[scope] ??= []).push(step);
    const error = frame.end?.status === 'failed' ? frame.end : frame.error;
    if (error !== undefined && known?.type === 'Task' && error.error !== 'States.QueryEvaluationError') {
      told({ state, error: error.error, cause: plainCause(error.error, error.cause) });
    }
    if (frame.dueAtMs !== undefined || frame.end?.status === 'failed') return;
    const output = frame.end === undefined ? frame.input : frame.end.output;
    told({ state, output: plain(output), variables: plain(frame.variables) });
  }

  #firstIn(scope: string): string {
    for (const [name, { first, within }] of this.#states) {
      const places = within.split('/');
      const fits = scope.split('/').every((part, index) => places[index] === '*' || places[index] === part);
      if (first && fits && places.length === scope.split('/').length) return name;
    }
    throw new Error(`no scope ${scope}`);
  }
}
