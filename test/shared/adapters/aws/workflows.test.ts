import {
  DescribeExecutionCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { resumeIncident } from '../../../../functions/resume-incident/handler.ts';
import { createStepFunctionsWorkflows } from '../../../../shared/adapters/aws/step-functions/workflows.ts';
import type { BreakGlassInput } from '../../../../shared/ports/workflows.ts';
import { FrozenClock } from '../../../support/clock.ts';
import { NO_ANSWER, vendor } from '../../../support/vendor.ts';
import { aWorld } from '../../../support/world.ts';

const MACHINE = 'arn:aws:states:eu-central-1:000000000000:stateMachine:BreakGlass-abc';
const MACHINES = {
  'break-glass': MACHINE,
  'scheduled-rotation': MACHINE.replace('BreakGlass', 'ScheduledRotation'),
  'manual-rotation': MACHINE.replace('BreakGlass', 'ManualRotation'),
};
const NAME = 'inc-20261124-payments-0a1b';
const EXECUTION = `arn:aws:states:eu-central-1:000000000000:execution:BreakGlass-abc:${NAME}`;
const INPUT: BreakGlassInput = {
  v: 1,
  incidentId: NAME,
  planHash: 'ab'.repeat(32),
  startedBy: 'ada',
  confirmedAtMs: 1,
  again: false,
};

function someWorkflows() {
  const client = new SFNClient({ region: 'eu-central-1' });
  const calls = mockClient(client);
  const clock = new FrozenClock();
  return { workflows: createStepFunctionsWorkflows(client, MACHINES, clock), calls, clock };
}

test('[injected] an execution is named by its incident, and is there for whoever asks next', async () => {
  const { workflows, calls, clock } = someWorkflows();
  calls.on(StartExecutionCommand).resolves({ executionArn: EXECUTION });
  calls
    .on(DescribeExecutionCommand)
    .rejectsOnce(vendor('ExecutionDoesNotExist'))
    .rejectsOnce(vendor('ExecutionDoesNotExist'))
    .resolves({ status: 'RUNNING' });
  const beganMs = clock.nowMs();
  await workflows.startBreakGlass(NAME, INPUT);
  expect(calls.commandCalls(StartExecutionCommand).map((call) => call.args[0].input)).toEqual([
    { stateMachineArn: MACHINE, name: NAME, input: JSON.stringify(INPUT) },
  ]);
  expect(calls.commandCalls(DescribeExecutionCommand).map((call) => call.args[0].input)).toEqual(
    Array.from({ length: 3 }, () => ({ executionArn: EXECUTION })),
  );
  expect(clock.nowMs() - beganMs).toBe(300);
});

test('[injected] a rotation on request is an execution of its own machine, by its request’s name', async () => {
  const { workflows, calls } = someWorkflows();
  const name = 'req-20261124-payments-0a1b2c3d';
  calls.on(StartExecutionCommand).resolves({ executionArn: EXECUTION });
  calls.on(DescribeExecutionCommand).resolves({ status: 'RUNNING' });
  await workflows.startManualRotation(name, { v: 1, requestId: name });
  expect(calls.commandCalls(StartExecutionCommand)[0]?.args[0].input).toEqual({
    stateMachineArn: MACHINES['manual-rotation'],
    name,
    input: JSON.stringify({ v: 1, requestId: name }),
  });
  expect(await workflows.standing(name)).toEqual({ status: 'running' });
  expect(calls.commandCalls(DescribeExecutionCommand).at(-1)?.args[0].input).toEqual({
    executionArn: `arn:aws:states:eu-central-1:000000000000:execution:ManualRotation-abc:${name}`,
  });
});

test('[injected] ExecutionAlreadyExists: the same again, also after an answer that was lost, is the same execution', async () => {
  const { workflows, calls } = someWorkflows();
  calls.on(DescribeExecutionCommand).resolves({ status: 'RUNNING' });
  calls.on(StartExecutionCommand).rejectsOnce(NO_ANSWER).rejects(vendor('ExecutionAlreadyExists'));
  await expect(workflows.startBreakGlass(NAME, INPUT)).rejects.toMatchObject({
    code: 'answer-lost',
    family: 'OutcomeUnknown',
    safe: 'The same again starts it once at most.',
  });
  await expect(workflows.startBreakGlass(NAME, INPUT)).resolves.toBeUndefined();
});

test('[injected] ThrottlingException and AccessDeniedException name the call, the permission and the quota', async () => {
  const { workflows, calls } = someWorkflows();
  calls
    .on(StartExecutionCommand)
    .rejectsOnce(vendor('ThrottlingException'))
    .rejects(vendor('AccessDeniedException', 'not authorized to perform: states:StartExecution'));
  await expect(workflows.startBreakGlass(NAME, INPUT)).rejects.toMatchObject({
    family: 'Throttled',
    message: expect.stringMatching(
      /^states:StartExecution for inc-.* was throttled .*: quota of Step Functions' API throttling: StartExecution/,
    ),
  });
  await expect(workflows.startBreakGlass(NAME, INPUT)).rejects.toMatchObject({
    code: 'not-permitted',
    family: 'Denied',
    message: expect.stringContaining(`states:StartExecution for ${NAME} was refused`),
  });
  calls.on(DescribeExecutionCommand).rejects(vendor('ThrottlingException'));
  await expect(workflows.standing(NAME)).rejects.toMatchObject({ family: 'Throttled' });
});

test.each([
  [{ status: 'RUNNING' }, { status: 'running' }],
  [{ status: 'PENDING_REDRIVE' }, { status: 'running' }],
  [{ status: 'SUCCEEDED' }, { status: 'succeeded' }],
  [
    {
      status: 'FAILED',
      error: 'Unrecoverable',
      cause: '{"errorType":"Unrecoverable","errorMessage":"the plan was edited","trace":[]}',
    },
    { status: 'failed', error: 'Unrecoverable', cause: 'the plan was edited' },
  ],
  [
    { status: 'FAILED', error: 'States.Runtime', cause: 'no envelope {' },
    { status: 'failed', error: 'States.Runtime', cause: 'no envelope {' },
  ],
  [
    { status: 'TIMED_OUT' },
    { status: 'failed', error: 'States.Timeout', cause: 'the execution took too long' },
  ],
  [{ status: 'ABORTED' }, { status: 'failed', error: 'Aborted', cause: 'a person stopped the execution' }],
] as const)('[injected] %j stands as %j', async (described, standing) => {
  const { workflows, calls } = someWorkflows();
  calls.on(DescribeExecutionCommand).resolves(described);
  expect(await workflows.standing(NAME)).toEqual(standing);
});

test('[injected] ExecutionDoesNotExist: what was never asked for is unknown', async () => {
  const { workflows, calls } = someWorkflows();
  calls.on(DescribeExecutionCommand).rejects(vendor('ExecutionDoesNotExist'));
  expect(await workflows.standing(NAME)).toEqual({ status: 'unknown' });
  expect(await workflows.carryOn()).toEqual([]);
});

test('[injected] TaskTimedOut and TaskDoesNotExist: one answer counts, InvalidToken is said', async () => {
  const { workflows, calls } = someWorkflows();
  calls
    .on(SendTaskSuccessCommand)
    .resolvesOnce({})
    .rejectsOnce(vendor('TaskTimedOut'))
    .rejectsOnce(vendor('TaskDoesNotExist'))
    .rejectsOnce(vendor('InvalidToken'))
    .rejects(NO_ANSWER);
  await workflows.answer('token', { again: false });
  expect(calls.commandCalls(SendTaskSuccessCommand)[0]?.args[0].input).toEqual({
    taskToken: 'token',
    output: '{"again":false}',
  });
  await workflows.answer('token', { again: false });
  await workflows.answer('token', { again: false });
  await expect(workflows.answer('token', { again: false })).rejects.toMatchObject({
    code: 'token-unknown',
    family: 'Conflict',
  });
  await expect(workflows.answer('token', { again: false })).rejects.toMatchObject({ code: 'answer-lost' });
});

test('[injected] ABORTED by hand in the console: a resume starts the next execution, what is done is skipped by it', async () => {
  const world = await aWorld();
  const incident = await world.breakGlass('values-leaked');
  const { workflows, calls } = someWorkflows();
  const started = new Set<string>();
  calls.on(DescribeExecutionCommand).callsFake(({ executionArn }: { executionArn: string }) => {
    const name = executionArn.split(':').at(-1) ?? '';
    if (name === incident.id) return { status: 'ABORTED' };
    if (started.has(name)) return { status: 'RUNNING' };
    throw vendor('ExecutionDoesNotExist');
  });
  calls.on(StartExecutionCommand).callsFake(({ name }: { name: string }) => {
    started.add(name);
    return {};
  });
  const resume = () =>
    resumeIncident.invoke(
      { ...world.state.services, workflows },
      { v: 1, incidentId: incident.id },
      { untilMs: Number.MAX_SAFE_INTEGER, caller: { user: 'ada', source: '192.0.2.1' } },
    );
  expect(await resume()).toMatchObject({ execution: `${incident.id}-r1`, joined: false });
  expect(JSON.parse(calls.commandCalls(StartExecutionCommand)[0]?.args[0].input.input ?? '{}')).toMatchObject(
    { incidentId: incident.id, startedBy: 'ada', again: true },
  );
  expect(await resume()).toMatchObject({ execution: `${incident.id}-r1`, joined: true });
});
