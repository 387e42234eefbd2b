import { executionOf } from '../../local/engine/executions.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { carryOn } from '../carry-on.ts';
import { type Context, withState } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { followIncident } from '../progress.ts';
import { reportIncident } from '../report-incident.ts';

export async function watch(
  context: Context,
  { incident }: { readonly incident?: string },
): Promise<ExitCode> {
  return withState(context, async (state) => {
    await carryOn(context, state);
    const id = incident ?? (await state.services.registry.incidents()).at(-1)?.id;
    const execution = id === undefined ? undefined : executionOf(state.database, id);
    if (id === undefined || execution === undefined) {
      throw new RekeyError({
        code: 'incident-unknown',
        family: 'NotFound',
        message: id === undefined ? 'there is no incident to watch' : `there is no incident ${id}`,
        next: ['rekey incident list'],
      });
    }
    const watched = await followIncident(context, state, execution, id);
    if (watched === null) return EXIT.done;
    await reportIncident(context, state, watched.incident);
    return watched.code;
  });
}
