import { InvokeCommand, type InvokeCommandOutput, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkTarget } from '../../../../functions/check-target/handler.ts';
import { noteIdentities } from '../../../../functions/note-identities/handler.ts';
import { restoreClass } from '../../../../functions/restore-class/handler.ts';
import { restoreTarget } from '../../../../functions/restore-target/handler.ts';
import { lambdaHandler } from '../../../../shared/adapters/aws/lambda/lambda-handler.ts';
import type { Handler } from '../../../../shared/adapters/aws/lambda/on-lambda.ts';
import { createLambdaWorkers, type WorkerNames } from '../../../../shared/adapters/aws/lambda/workers.ts';
import type { RekeyFunction } from '../../../../shared/driver/define-function.ts';
import type { Services } from '../../../../shared/driver/services.ts';
import { aTarget } from '../../../contracts/records.ts';
import { describeWorkers } from '../../../contracts/workers.ts';
import { contextOf, wiresOver } from '../../../support/fronts.ts';
import { NO_ANSWER, vendor } from '../../../support/vendor.ts';

const inNetworks = (worker: string) => ({
  local: `rekey-t-${worker}`,
  'payments.vpc': `rekey-t-${worker}-payments_vpc`,
});
const NAMES: WorkerNames = {
  RestoreTarget: inNetworks('RestoreTarget'),
  CheckTarget: inNetworks('CheckTarget'),
  NoteIdentities: inNetworks('NoteIdentities'),
  RestoreClass: 'rekey-t-RestoreClass',
};

function answering(payload: object, FunctionError?: string): InvokeCommandOutput {
  const bytes: unknown = new TextEncoder().encode(JSON.stringify(payload));
  const Payload = bytes as NonNullable<InvokeCommandOutput['Payload']>;
  return {
    $metadata: {},
    StatusCode: 200,
    Payload,
    ...(FunctionError === undefined ? {} : { FunctionError }),
  };
}

// What the functions log is looked at elsewhere.
beforeEach(() => {
  for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, 'write').mockReturnValue(true);
});
afterEach(() => vi.restoreAllMocks());

/** The functions as Lambda runs them: their own entry, and an error as Lambda hands it on. */
describeWorkers('lambda', async (services: Services) => {
  const client = new LambdaClient({ region: 'eu-central-1' });
  const wires = wiresOver(services);
  const functions: readonly RekeyFunction[] = [restoreTarget, restoreClass, checkTarget, noteIdentities];
  const handlers = new Map<string, Handler>(
    await Promise.all(
      functions.map(async (one) => [`rekey-t-${one.name}`, await lambdaHandler(one, wires, {})] as const),
    ),
  );
  mockClient(client)
    .on(InvokeCommand)
    .callsFake(async ({ FunctionName = '', Payload }: { FunctionName?: string; Payload?: string }) => {
      try {
        const event: unknown = JSON.parse(String(Payload));
        return answering((await handlers.get(FunctionName)?.(event, contextOf(FunctionName))) as object);
      } catch (error) {
        const { name: errorType, message: errorMessage } = error as Error;
        return answering({ errorType, errorMessage, trace: [] }, 'Unhandled');
      }
    });
  return createLambdaWorkers(client, NAMES, services.registry);
});

function someWorkers(network = 'local') {
  const client = new LambdaClient({ region: 'eu-central-1' });
  const registry = { target: async (id: string) => ({ ...aTarget(id), network }) };
  return { workers: createLambdaWorkers(client, NAMES, registry), calls: mockClient(client) };
}

const ASKED = { incidentId: 'inc-1', targetId: 'ledger', user: 'ada' };

test('[injected] the function in the target’s own network is asked, by references alone', async () => {
  const { workers, calls } = someWorkers('payments.vpc');
  calls.on(InvokeCommand).resolves(answering({ v: 1, restored: [], failed: [] }));
  await workers.restoreTarget(ASKED);
  expect(calls.commandCalls(InvokeCommand).map((call) => call.args[0].input)).toEqual([
    {
      FunctionName: 'rekey-t-RestoreTarget-payments_vpc',
      Payload: JSON.stringify({ v: 1, ...ASKED }),
    },
  ]);
});

test('[injected] a network that was named after the last deployment has no function yet: nothing is asked', async () => {
  const { workers, calls } = someWorkers('new.vpc');
  await expect(workers.checkTarget({ targetId: 'ledger' })).rejects.toMatchObject({
    code: 'network-not-deployed',
    family: 'Unrecoverable',
    next: ['npm run deploy -- --stage STAGE'],
  });
  expect(calls.calls()).toEqual([]);
});

test.each([
  ['ran out of time', { errorType: 'Sandbox.Timedout', errorMessage: 'Task timed out after 55.00 seconds' }],
  ['ran out of time, as Lambda said it before', { errorMessage: '2026 Task timed out after 55.00 seconds' }],
  ['ran out of memory', { errorType: 'Runtime.ExitError', errorMessage: 'signal: killed' }],
])('[injected] a function that %s may have done part of its work: nobody knows', async (_how, error) => {
  const { workers, calls } = someWorkers();
  calls.on(InvokeCommand).resolves(answering(error, 'Unhandled'));
  await expect(workers.restoreTarget(ASKED)).rejects.toMatchObject({
    code: 'worker-died',
    family: 'OutcomeUnknown',
    safe: expect.stringContaining('The same again is safe'),
  });
});

test('[injected] a function’s own error keeps its family and its words', async () => {
  const { workers, calls } = someWorkers();
  calls
    .on(InvokeCommand)
    .resolves(answering({ errorType: 'Denied', errorMessage: 'nobody has signed' }, 'Unhandled'));
  await expect(workers.restoreTarget(ASKED)).rejects.toMatchObject({
    code: 'worker-failed',
    family: 'Denied',
    message: 'nobody has signed',
  });
});

test.each([
  ['TooManyRequestsException', vendor('TooManyRequestsException'), 'Throttled', 'throttled'],
  ['an answer lost after the call', NO_ANSWER, 'OutcomeUnknown', 'answer-lost'],
  ['AccessDeniedException', vendor('AccessDeniedException'), 'Denied', 'not-permitted'],
  ['ResourceNotFoundException', vendor('ResourceNotFoundException'), 'NotFound', 'function-missing'],
])('[injected] %s', async (_what, error, family, code) => {
  const { workers, calls } = someWorkers();
  calls.on(InvokeCommand).rejects(error);
  await expect(workers.restoreClass({ incidentId: 'inc-1' })).rejects.toMatchObject({ family, code });
});
