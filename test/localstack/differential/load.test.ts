import { DeleteStateMachineCommand, InvalidDefinition, SFNClient } from '@aws-sdk/client-sfn';
import { describe, test } from 'vitest';
import { localStack } from '../../support/localstack.ts';
import { loadEmbedded } from './embedded-world.ts';
import { asking, catching, distributed, inline, machineOf, scopeOf, succeed, task } from './scenario.ts';
import { createStateMachine } from './step-functions-world.ts';

const client = new SFNClient(localStack());
const done = succeed();
const mapOf = (more: object) => ({
  Type: 'Map',
  Items: [1],
  ItemProcessor: inline({ I: succeed('item') }),
  End: true,
  ...more,
});

/** Step Functions runs these. The embedded interpreter has exactly what our machines use, and says so. */
const BY_DESIGN: readonly (readonly [string, object, RegExp])[] = [
  ['a Pass state', machineOf({ A: { Type: 'Pass', End: true } }), /A: Type Pass/],
  [
    'a task without a time-out',
    machineOf({ A: task('f', { TimeoutSeconds: undefined }) }),
    /A: TimeoutSeconds/,
  ],
  [
    'a time-out by expression, where nobody is waited for',
    machineOf({ A: task('f', { TimeoutSeconds: '{% 5 %}' }) }),
    /A: TimeoutSeconds by expression, of a task without a token/,
  ],
  [
    'a heartbeat of a task without a token',
    machineOf({ A: task('f', { HeartbeatSeconds: 5 }) }),
    /A: HeartbeatSeconds/,
  ],
  [
    'another service than Lambda',
    machineOf({
      A: {
        Type: 'Task',
        Resource: 'arn:aws:states:::sqs:sendMessage',
        Arguments: { QueueUrl: 'q', MessageBody: 'm' },
        TimeoutSeconds: 5,
        End: true,
      },
    }),
    /A: Resource/,
  ],
  [
    'a Wait of computed seconds',
    machineOf({ A: { Type: 'Wait', Seconds: '{% 1 %}', End: true } }),
    /A: Seconds/,
  ],
  [
    'a time-out of the whole machine',
    { ...machineOf({ A: done }), TimeoutSeconds: 60 },
    /the machine: TimeoutSeconds/,
  ],
  ['JSONPath', { StartAt: 'A', States: { A: done } }, /QueryLanguage is not JSONata/],
  [
    'an Assign in a choice’s rule',
    machineOf({
      A: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'B', Assign: { n: 1 } }] },
      B: done,
    }),
    /A: Choices: Assign/,
  ],
  [
    'Arguments of a Parallel',
    machineOf({ A: { Type: 'Parallel', Arguments: {}, Branches: [scopeOf({ B: done })], End: true } }),
    /A: Arguments/,
  ],
  ['a computed MaxConcurrency', machineOf({ A: mapOf({ MaxConcurrency: '{% 1 %}' }) }), /A: MaxConcurrency/],
  [
    'tolerated failures by count',
    machineOf({ A: distributed('k', { I: done }, { ToleratedFailureCount: '{% 1 %}' }) }),
    /A: ToleratedFailureCount/,
  ],
  [
    'a manifest that is no JSON',
    machineOf({
      A: distributed(
        'k',
        { I: done },
        {
          ItemReader: {
            Resource: 'arn:aws:states:::s3:getObject',
            ReaderConfig: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' },
            Arguments: { Bucket: 'b', Key: 'k' },
          },
        },
      ),
    }),
    /A: InputType CSV/,
  ],
  [
    'a function that JSONata itself does not have',
    machineOf({ A: succeed('{% $uuid() %}') }),
    /A: Output .*\$uuid/,
  ],
];

/** Neither runs these. */
const REFUSED: readonly (readonly [string, object, RegExp])[] = [
  [
    'States.ALL beside another name',
    machineOf({ A: task('f', catching([['Odd', 'States.ALL'], 'B'])), B: done }),
    /A: Catch names States.ALL, which stands alone and last/,
  ],
  [
    'a heartbeat as long as the time-out',
    machineOf({ A: asking('f', { TimeoutSeconds: 5, HeartbeatSeconds: 5 }) }),
    /A: HeartbeatSeconds is no number below TimeoutSeconds/,
  ],
];

/** Step Functions refuses these too, as documented; LocalStack 4.14 takes them. */
const DEPARTURES: readonly (readonly [string, object, RegExp, documented: string])[] = [
  [
    'States.ALL before another catcher',
    machineOf({ A: task('f', catching(['States.ALL', 'B'], ['Odd', 'B'])), B: done }),
    /A: Catch names States.ALL, which stands alone and last/,
    'https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html says: It must appear alone in the ErrorEquals array and must appear in the last catcher in the Catch array.',
  ],
  [
    'a Next that is no state’s name',
    machineOf({ A: task('f', catching(['Odd', 'Nowhere'])) }),
    /A: Catch names no state/,
    'https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html says: A string that must exactly match one of the state machine’s state names.',
  ],
  [
    'a variable of an inner scope with an outer one’s name',
    machineOf({
      A: {
        Type: 'Parallel',
        Assign: { n: 1 },
        Branches: [scopeOf({ B: task('f', { Assign: { n: 2 } }) })],
        End: true,
      },
    }),
    /B: Assign of n reaches into an outer scope/,
    'https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html says: a variable assigned in an inner scope cannot have the same name as one assigned in an outer scope.',
  ],
];

async function accepts(machine: object): Promise<void> {
  const stateMachineArn = await createStateMachine(client, machine);
  await client.send(new DeleteStateMachineCommand({ stateMachineArn }));
}

describe.concurrent('what is refused before anything runs', () => {
  test.for(BY_DESIGN)(
    'by the embedded interpreter alone, by design: %s',
    async ([, machine, why], { expect }) => {
      expect(() => loadEmbedded(machine)).toThrow(why);
      await accepts(machine);
    },
  );
  test.for(REFUSED)('in both worlds: %s', async ([, machine, why], { expect }) => {
    expect(() => loadEmbedded(machine)).toThrow(why);
    await expect(createStateMachine(client, machine)).rejects.toThrow(InvalidDefinition);
  });
  test.for(DEPARTURES)(
    'as documented, though LocalStack takes it: %s',
    async ([, machine, why], { expect }) => {
      expect(() => loadEmbedded(machine)).toThrow(why);
      await accepts(machine);
    },
  );
});
