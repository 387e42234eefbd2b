import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterpreter } from '../local/interpreter/interpreter.ts';
import { loadMachine } from '../local/interpreter/load.ts';
import { createSqliteJournal } from '../local/interpreter/sqlite-journal.ts';
import { openDatabase } from '../local/sqlite/database.ts';
import { systemClock, systemRandom } from '../local/system.ts';

/** A counter that goes round: two transitions a turn, a condition and an assignment evaluated in each. */
const machineOf = (turns: number) => ({
  QueryLanguage: 'JSONata',
  StartAt: 'Count',
  States: {
    Count: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: 'Next', Payload: { v: 1, turn: '{% $exists($turn) ? $turn : 0 %}' } },
      TimeoutSeconds: 60,
      Assign: { turn: '{% $states.result.Payload.turn %}' },
      Next: 'Enough',
    },
    Enough: {
      Type: 'Choice',
      Choices: [{ Condition: `{% $turn >= ${turns} %}`, Next: 'Done' }],
      Default: 'Count',
    },
    Done: { Type: 'Succeed' },
  },
});

/** Durable transitions a second of one execution: each is committed to disk before the next begins. */
export async function transitionsPerSecond(turns: number): Promise<number> {
  const home = mkdtempSync(join(tmpdir(), 'rekey-bench-interpreter-'));
  const database = openDatabase(join(home, 'rekey.db'));
  try {
    const interpreter = createInterpreter({
      machine: loadMachine(machineOf(turns), { substitutions: {} }),
      journal: createSqliteJournal(database, 'test'),
      clock: systemClock,
      random: systemRandom,
      invoke: async (_name, payload) => ({ turn: (payload as { turn: number }).turn + 1 }),
      readItems: async () => [],
    });
    const began = performance.now();
    await interpreter.start('bench', {});
    await interpreter.whenDone('bench');
    return (2 * turns + 1) / ((performance.now() - began) / 1_000);
  } finally {
    database.close();
    rmSync(home, { recursive: true, force: true });
  }
}
