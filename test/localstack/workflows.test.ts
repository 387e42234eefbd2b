import { readFileSync } from 'node:fs';
import { DeleteStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { systemClock } from '../../local/system.ts';
import { createStepFunctionsWorkflows } from '../../shared/adapters/aws/step-functions/workflows.ts';
import { describeWorkflows } from '../contracts/workflows.ts';
import { localStack } from '../support/localstack.ts';
import { arnsOf } from '../support/machine-arns.ts';
import { namesIn } from './differential/machine-text.ts';
import { type Reply, ScriptedFunctions } from './differential/script.ts';
import { ScriptedLambda } from './differential/scripted-lambda.ts';
import { createStateMachine } from './differential/step-functions-world.ts';

const machine = JSON.parse(
  readFileSync(new URL('../../statemachines/break-glass.asl.json', import.meta.url), 'utf8'),
) as object;

const LONG_AGO = '2026-01-01T00:00:00Z';
const CAUSE = 'the plan was edited';

const opened = (fence: boolean) =>
  [{ payload: { incidentId: 'inc', fence, cut: false, again: false, targets: [] } }] as const;

/** Functions of incidents that have nothing in them: what is looked at is the engine. */
class Functions extends ScriptedFunctions {
  token: string | undefined;

  constructor() {
    super(
      {
        OpenIncident: {
          by: 'incidentId',
          answers: {
            'inc-ends': opened(false),
            'inc-waits': opened(true),
            'inc-fails': [{ error: 'Validation', cause: CAUSE }],
          },
        },
        FenceClass: [{ payload: null }],
        ObserveDenial: [{ payload: { observed: true } }],
        RecordContainment: [{ payload: null }],
        PlanBatches: [{ payload: { bucket: 'none', key: 'none', batches: 0 } }],
        SweepUnfinished: [{ payload: { more: false, dueAt: LONG_AGO } }],
        RequestReopen: [{ payload: null }],
        SealIncident: [{ payload: null }],
      },
      { complete: async () => {}, heartbeat: async () => {} },
    );
  }

  override async call(name: string, payload: unknown): Promise<Reply> {
    const reply = await super.call(name, payload);
    if (name === 'RequestReopen') this.token = String((payload as { taskToken: unknown }).taskToken);
    return reply;
  }
}

const client = new SFNClient(localStack());
const lambda = new ScriptedLambda();
let scripts = 0;
beforeAll(() => lambda.deploy());
afterAll(() => lambda.remove());

describeWorkflows('step functions', async () => {
  scripts += 1;
  const functions = new Functions();
  const addresses = await lambda.attach(`w${scripts}`, functions, namesIn(machine));
  const stateMachineArn = (await createStateMachine(client, machine, addresses)) ?? '';
  onTestFinished(async () => {
    await client.send(new DeleteStateMachineCommand({ stateMachineArn }));
  });
  const start = async (name: string) => ({
    name,
    input: {
      v: 1 as const,
      incidentId: name,
      planHash: 'h',
      startedBy: 'responder',
      confirmedAtMs: systemClock.nowMs(),
      again: false,
    },
  });
  return {
    workflows: createStepFunctionsWorkflows(client, arnsOf(stateMachineArn), systemClock),
    succeeding: () => start('inc-ends'),
    failing: async () => ({ ...(await start('inc-fails')), error: 'Validation', cause: CAUSE }),
    waiting: () => start('inc-waits'),
    tokenOf: async () => functions.token,
  };
});
