import { DatabaseSync } from 'node:sqlite';
import { createInterpreter } from '../../../local/interpreter/interpreter.ts';
import type { Journal } from '../../../local/interpreter/journal.ts';
import { loadMachine } from '../../../local/interpreter/load.ts';
import { answerTask, beatTask, createSqliteJournal } from '../../../local/interpreter/sqlite-journal.ts';
import { makeTables } from '../../../local/sqlite/database.ts';
import { systemClock, systemRandom } from '../../../local/system.ts';
import { FrameTeller } from './frames.ts';
import { namesIn } from './machine-text.ts';
import type { Scenario } from './scenario.ts';
import { ScriptedFunctions } from './script.ts';
import { plain, plainCause, type Story, sortedCalls } from './story.ts';

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
  const teller = new FrameTeller(scenario.machine);
  const interpreter = createInterpreter({
    machine,
    journal: told(createSqliteJournal(database, 'test'), teller),
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

function told(journal: Journal, teller: FrameTeller): Journal {
  return {
    ...journal,
    commit: async (name, frame, forget) => {
      await journal.commit(name, frame, forget);
      teller.tell(frame);
    },
  };
}
