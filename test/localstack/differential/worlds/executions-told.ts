import { executionsOf } from '../../../../shared/driver/executions.ts';
import { plainCause, type Step } from '../story.ts';
import type { Naming } from './naming.ts';
import type { Stage } from './world.ts';

/** How one execution went. */
export interface ExecutionTold {
  readonly end: string;
  /** States left, by scope, a failed try as `State!Error`. What is done over and over is told once. */
  readonly paths: Readonly<Record<string, string>>;
}

/** Those of the incident, of the request, and of the schedule, each in the order in which they were started. */
export async function executionsTold(stage: Stage, named: Naming): Promise<readonly ExecutionTold[]> {
  const { place, incidentId, requestId, runs } = stage;
  const { workflows } = place.services;
  const executions = [
    ...(incidentId === null ? [] : await executionsOf(place.services, incidentId)),
    ...(await Promise.all(
      [requestId, ...runs]
        .flatMap((name) => name ?? [])
        .map(async (name) => ({ name, standing: await workflows.standing(name) })),
    )),
  ];
  return Promise.all(
    executions.map(async ({ name, standing }) => {
      const scopes = await place.scopes(name);
      return {
        end:
          standing.status === 'failed'
            ? named(`failed: ${standing.error}: ${plainCause(standing.error, standing.cause)}`)
            : standing.status,
        paths: Object.fromEntries(
          Object.entries(scopes).map(([scope, steps]) => [
            scope,
            onceEach(steps.map(wordOf).filter(isOfTheWorld)),
          ]),
        ),
      };
    }),
  );
}

const wordOf = (step: Step) => ('error' in step ? `${step.state}!${step.error}` : step.state);

/** Whoever asks writes his request down a moment after the machine was started: which of them is first is a matter of time. */
const isOfTheWorld = (word: string) => word !== 'FindRequest!NotFound';

/** How often a sweep or a look was needed is a matter of time. */
function onceEach(states: readonly string[]): string {
  let told = '';
  let next = states.map((state) => `${state} `).join('');
  while (next !== told) {
    told = next;
    next = told.replaceAll(/(?<!\S)((?:\S+ )+?)\1+/g, '$1');
  }
  return told.trim();
}
