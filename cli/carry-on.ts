import { engineRuns, ensureEngine } from '../local/engine/launch.ts';
import type { State } from '../local/state.ts';
import type { Context } from './context.ts';

/** What a killed engine left under way is carried on by the next command, which says so. */
export async function carryOn(context: Context, state: State): Promise<void> {
  const { unfinishedExecutions } = await import('../local/engine/executions.ts');
  const names = unfinishedExecutions(state.database);
  if (names.length === 0 || engineRuns(context.home)) return;
  ensureEngine(context.home);
  context.say(`rekey: the engine had ended; carried on ${names.join(', ')}`);
}
