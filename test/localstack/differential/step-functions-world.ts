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
  InvalidToken,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { localStack } from '../../support/localstack.ts';
import { readHistory } from './history.ts';
import { namesIn } from './machine-text.ts';
import { BUCKET, type Scenario } from './scenario.ts';
import { ScriptedFunctions, type TokenOutcome } from './script.ts';
import { ScriptedLambda } from './scripted-lambda.ts';
import { plain, plainCause, type Story, sortedCalls } from './story.ts';

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
      new StartExecutionCommand({
        stateMachineArn: machine,
        // As in the other world: a machine may hand its execution's name on.
        name: 'scenario',
        input: JSON.stringify(scenario.input ?? {}),
      }),
    );
    const end = await this.#end(executionArn ?? '');
    await functions.settled();
    const scopes = await readHistory(this.#client, executionArn ?? '', scenario.machine);
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
