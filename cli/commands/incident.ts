import { incidentNamed } from '../../shared/driver/change-incident.ts';
import { carryOn } from '../carry-on.ts';
import { type Context, withState } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { incidentLines, summaryOf } from '../report-incident.ts';

export async function listIncidents(context: Context): Promise<ExitCode> {
  return withState(context, async (state) => {
    await carryOn(context, state);
    const incidents = await state.services.registry.incidents();
    if (context.json) {
      context.print(
        JSON.stringify(await Promise.all(incidents.map((incident) => summaryOf(state, incident)))),
      );
      return EXIT.done;
    }
    if (incidents.length === 0) context.print('no incidents');
    for (const { id, state: standing, plan, startedBy, confirmedAtMs } of incidents) {
      context.print(
        `${id}  ${standing}  ${plan.cause}  ${new Date(confirmedAtMs).toISOString()}  by ${startedBy}`,
      );
    }
    return EXIT.done;
  });
}

export async function showIncident(
  context: Context,
  { incident: id }: { readonly incident: string },
): Promise<ExitCode> {
  return withState(context, async (state) => {
    await carryOn(context, state);
    const incident = await incidentNamed(state.services, id);
    if (context.json) context.print(JSON.stringify(await summaryOf(state, incident)));
    else for (const line of await incidentLines(state, incident)) context.print(line);
    return EXIT.done;
  });
}
