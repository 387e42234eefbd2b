import { type HistoryEvent, paginateGetExecutionHistory, type SFNClient } from '@aws-sdk/client-sfn';
import { statesOf } from './machine-text.ts';
import { plain, plainCause, type Step, type Story } from './story.ts';

/** The steps of an execution, read off its history. */
export async function readHistory(
  client: SFNClient,
  executionArn: string,
  machine: object,
): Promise<Story['scopes']> {
  const events: HistoryEvent[] = [];
  for await (const page of paginateGetExecutionHistory({ client }, { executionArn })) {
    events.push(...(page.events ?? []));
  }
  return scopesOf(machine, events);
}

/** Each event names the one that it followed: that tells the scope. */
function scopesOf(machine: object, events: readonly HistoryEvent[]): Story['scopes'] {
  const states = statesOf(machine);
  const byId = new Map(events.map((event) => [event.id, event]));
  const scopes: Record<string, Step[]> = {};
  const variables: Record<string, Record<string, unknown>> = {};

  const before = (event: HistoryEvent): HistoryEvent[] => {
    const found: HistoryEvent[] = [];
    for (let id = event.previousEventId; id !== undefined; id = found.at(-1)?.previousEventId) {
      const previous = byId.get(id);
      if (previous === undefined) break;
      found.push(previous);
    }
    return found;
  };
  const scopeOf = (event: HistoryEvent, state: string): string =>
    (states.get(state)?.within ?? '').replaceAll(/([^/]+)\/\*/g, (_whole, map: string) => {
      const started = before(event).find((one) => one.mapIterationStartedEventDetails?.name === map);
      return `${map}/${started?.mapIterationStartedEventDetails?.index ?? '?'}`;
    });

  /** The scope, or the state whose scopes, an event begins anew. */
  const begunBy = (event: HistoryEvent): string | undefined => {
    const iteration = event.mapIterationStartedEventDetails;
    if (event.type !== 'ParallelStateStarted' && iteration === undefined) return undefined;
    const parallel = before(event).find((one) => one.type === 'ParallelStateEntered');
    const state = iteration?.name ?? parallel?.stateEnteredEventDetails?.name ?? '';
    const place = iteration === undefined ? state : `${state}/${iteration.index}`;
    const scope = scopeOf(event, state);
    return scope === '' ? place : `${scope}/${place}`;
  };

  for (const event of events) {
    const began = begunBy(event);
    for (const scope of Object.keys(variables)) {
      if (began !== undefined && `${scope}/`.startsWith(`${began}/`)) delete variables[scope];
    }
    const exited = event.stateExitedEventDetails;
    if (exited !== undefined) {
      const state = exited.name ?? '';
      const scope = scopeOf(event, state);
      const assigned = Object.entries(exited.assignedVariables ?? {}).map(([name, value]) => [
        name,
        plain(JSON.parse(value)),
      ]);
      variables[scope] = { ...variables[scope], ...Object.fromEntries(assigned) };
      const output = plain(JSON.parse(exited.output ?? 'null'));
      (scopes[scope] ??= []).push({ state, output, variables: variables[scope] });
    }
    const failed = event.taskFailedEventDetails ?? event.taskTimedOutEventDetails;
    if (failed !== undefined) {
      const entered = before(event).find((one) => one.stateEnteredEventDetails !== undefined);
      const state = entered?.stateEnteredEventDetails?.name ?? '';
      const error = failed.error ?? '';
      const cause = plainCause(error, failed.cause ?? '');
      (scopes[scopeOf(event, state)] ??= []).push({ state, error, cause });
    }
  }
  return scopes;
}
