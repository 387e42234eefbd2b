import type { DatabaseSync } from 'node:sqlite';
import type { Workflows } from '../shared/ports/workflows.ts';
import { standingOfExecution, unfinishedExecutions } from './engine/executions.ts';
import { engineRuns, ensureEngine } from './engine/launch.ts';
import { answerTask } from './interpreter/sqlite-journal.ts';
import { createStartRequests } from './sqlite/start-requests.ts';

/** The engine of a state directory, started where none runs. */
export function createLocalWorkflows(database: DatabaseSync, home: string): Workflows {
  const requests = createStartRequests(database);
  return {
    async startBreakGlass(name, input) {
      requests.ask({ name, machine: 'break-glass', input });
      ensureEngine(home);
    },
    async standing(name) {
      return standingOfExecution(database, name);
    },
    async answer(token, answer) {
      answerTask(database, token, { ok: true, output: answer });
      ensureEngine(home);
    },
    async carryOn() {
      const names = unfinishedExecutions(database);
      if (names.length === 0 || engineRuns(home)) return [];
      ensureEngine(home);
      return names;
    },
  };
}
