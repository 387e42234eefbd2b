import type { DatabaseSync } from 'node:sqlite';
import type { Workflows } from '../shared/ports/workflows.ts';
import { standingOfExecution, unfinishedExecutions } from './engine/executions.ts';
import type { MachineName } from './engine/machines.ts';
import { answerTask } from './interpreter/sqlite-journal.ts';
import { createStartRequests } from './sqlite/start-requests.ts';

/** The engine of a state directory, as those know it who have it work. */
export interface EngineAtHand {
  /** Starts it where none runs. */
  ensure(): void;
  runs(): boolean;
}

export function createLocalWorkflows(database: DatabaseSync, engine: EngineAtHand): Workflows {
  const requests = createStartRequests(database);
  const start = (machine: MachineName) => async (name: string, input: object) => {
    requests.ask({ name, machine, input });
    engine.ensure();
  };
  return {
    startBreakGlass: start('break-glass'),
    startRotation: start('scheduled-rotation'),
    startManualRotation: start('manual-rotation'),
    async standing(name) {
      return standingOfExecution(database, name);
    },
    async answer(token, answer) {
      answerTask(database, token, { ok: true, output: answer });
      engine.ensure();
    },
    async carryOn() {
      const names = unfinishedExecutions(database);
      if (names.length === 0 || engine.runs()) return [];
      engine.ensure();
      return names;
    },
  };
}
