import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  type HistoryEvent,
  InvalidToken,
  paginateGetExecutionHistory,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { localStack } from '../../support/localstack.ts';
import { namesIn, statesOf } from './machine-text.ts';
import { BUCKET, type Scenario } from './scenario.ts';
import { ScriptedFunctions, type TokenOutcome } from './script.ts';
import { ScriptedLambda } from './scripted-lambda.ts';
import { plain, plainCause, type Step, type Story, sortedCalls } from './story.ts';

/** LocalStack's Step Functions, with Lambda and S3 beside it. */
export class StepFunctionsWorld {
  readonly #client = new SFNClient(localStack());
  readonly #objects = new S3Client({ ...localStack(), forcePathStyle: true });
  readonly #lambda = new ScriptedLambda();
  readonly #keys = new Set<string>();
  #runs = 0;

  async open(): Promise<void> {
    await this.#objects.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await this.#lambda.deploy();
  }

  async close(): Promise<void> {
    await this.#lambda.remove();
    for (const Key of this.#keys) await this.#objects.send(new DeleteObjectCommand({ Bucket: BUCKET, Key }));
    await this.#objects.send(new DeleteBucketCommand({ Bucket: BUCKET }));
  }

  async run(scenario: Scenario): Promise<Story> {
    this.#runs += 1;
    const script = `s${this.#runs}`;
    const functions = new ScriptedFunctions(scenario.script ?? {}, {
      complete: (token, outcome) => this.#complete(token, outcome),
      heartbeat: async (token) => {
        await this.#client.send(new SendTaskHeartbeatCommand({ taskToken: token }));
      },
    });
    const addresses = await this.#lambda.attach(script, functions, namesIn(scenario.machine));
    for (const [key, content] of Object.entries(scenario.objects ?? {})) {
      this.#keys.add(key);
      await this.#objects.send(
        new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: JSON.stringify(content) }),
      );
    }
    const machine = await createStateMachine(this.#client, scenario.machine, addresses);
    const { executionArn } = await this.#client.send(
      new StartExecutionCommand({ stateMachineArn: machine, input: JSON.stringify(scenario.input ?? {}) }),
    );
    const end = await this.#end(executionArn ?? '');
    await functions.settled();
    const scopes = scopesOf(scenario.machine, await this.#history(executionArn ?? ''));
    await this.#client.send(new DeleteStateMachineCommand({ stateMachineArn: machine }));
    return { end, scopes, calls: sortedCalls(functions.calls) };
  }

  async #complete(taskToken: string, outcome: TokenOutcome): Promise<void> {
    try {
      await ('output' in outcome
        ? this.#client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(outcome.output) }))
        : this.#client.send(new SendTaskFailureCommand({ taskToken, ...outcome })));
    } catch (error) {
      // For a task that no longer waits: what the scenario is about is that it changes nothing.
      if (!(error instanceof TaskTimedOut || error instanceof InvalidToken)) throw error;
    }
  }

  async #end(executionArn: string): Promise<Story['end']> {
    for (;;) {
      const { status, output, error, cause } = await this.#client.send(
        new DescribeExecutionCommand({ executionArn }),
      );
      if (status === 'SUCCEEDED') return { status: 'succeeded', output: plain(JSON.parse(output ?? 'null')) };
      if (status !== 'RUNNING')
        return { status: 'failed', error: error ?? '', cause: plainCause(error ?? '', cause ?? '') };
      await delay(200);
    }
  }

  async #history(executionArn: string): Promise<HistoryEvent[]> {
    const events: HistoryEvent[] = [];
    for await (const page of paginateGetExecutionHistory({ client: this.#client }, { executionArn })) {
      events.push(...(page.events ?? []));
    }
    return events;
  }
}

/** Its address. Throws what Step Functions has against the definition. */
export async function createStateMachine(
  client: SFNClient,
  machine: object,
  functions: ReadonlyMap<string, string> = new Map(),
): Promise<string | undefined> {
  const definition = JSON.stringify(machine).replaceAll(
    /\$\{(\w+)\}/g,
    (_whole, name: string) => functions.get(name) ?? name,
  );
  const { stateMachineArn } = await client.send(
    new CreateStateMachineCommand({
      name: `rekey-differential-${randomUUID()}`,
      roleArn: 'arn:aws:iam::000000000000:role/rekey-differential',
      definition,
    }),
  );
  return stateMachineArn;
}

/** Reads the steps off the history. Each event names the one that it followed: that tells the scope. */
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
