import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { createDynamoRegistry } from '../../../../../shared/adapters/aws/dynamodb/registry.ts';
import { isOfState, RekeyError } from '../../../../../shared/domain/errors.ts';
import type { Registry } from '../../../../../shared/ports/registry.ts';
import { aStep } from '../../../../contracts/enrolled.ts';
import { AT_MS, anEntry, aSecret } from '../../../../contracts/records.ts';
import { FrozenClock, seededRandom } from '../../../../support/clock.ts';
import { type Answer, type ScriptedAws, startScriptedAws } from '../../../../support/scripted-aws.ts';

/** Of the SDK: by its own default four, and half a second and more between two throttled ones. */
const SDK_ATTEMPTS = 2;

/** A registry over the real SDK, and a service that answers as the test says. */
async function over(answer: (operation: string, before: number) => Answer): Promise<{
  readonly registry: Registry;
  readonly aws: ScriptedAws;
}> {
  const aws = await startScriptedAws(answer);
  onTestFinished(() => aws.close());
  const client = new DynamoDBClient({ ...aws.config, maxAttempts: SDK_ATTEMPTS });
  const timing = { clock: new FrozenClock(AT_MS), random: seededRandom(1) };
  return { registry: createDynamoRegistry(client, 'rekey-test-registry', timing), aws };
}

const step = aStep(aSecret('vault://prod/a', 'payments', 'db'), { entries: [anEntry()] });

test.each(['ThrottlingException', 'ProvisionedThroughputExceededException', 'LimitExceededException'])(
  '[injected] %s: the SDK’s own attempts are all there are, and Throttled says how many',
  async (error) => {
    const { registry, aws } = await over(() => ({ status: 400, error }));
    const refused = registry.record([step]);
    await expect(refused).rejects.toMatchObject({
      family: 'Throttled',
      code: 'table-throttled',
      message: expect.stringContaining(`after ${SDK_ATTEMPTS} attempts`),
    });
    expect(aws.calls).toHaveLength(SDK_ATTEMPTS);
    await expect(refused).rejects.toThrow('dynamodb:TransactWriteItems for the table rekey-test-registry');
  },
);

test('[injected] throttling that passes within the SDK’s attempts is seen by nobody', async () => {
  const { registry, aws } = await over((_operation, before) =>
    before < 1 ? { status: 400, error: 'ThrottlingException' } : { status: 200, body: {} },
  );
  expect(await registry.record([step])).toEqual([]);
  expect(aws.calls).toHaveLength(SDK_ATTEMPTS);
});

test('[injected] an answer lost after the commit: the SDK’s next attempt bears the same token, by which DynamoDB knows it', async () => {
  const { registry, aws } = await over((_operation, before) =>
    before === 0 ? 'no answer' : { status: 200, body: {} },
  );
  expect(await registry.record([step])).toEqual([]);
  const [first, second] = aws.calls.map(({ body }) => body);
  expect(second).toEqual(first);
  expect(first?.['ClientRequestToken']).toMatch(/^[0-9a-f-]{36}$/);
});

test.each([
  ['no answer at all', 'no answer', 'Throttled', 'table-service-unavailable'],
  [
    'a fault of the service',
    { status: 500, error: 'InternalServerError' },
    'Throttled',
    'table-service-unavailable',
  ],
  [
    'a permission that is missing',
    { status: 400, error: 'AccessDeniedException' },
    'Denied',
    'table-not-permitted',
  ],
  [
    'a session that has expired',
    { status: 400, error: 'ExpiredTokenException' },
    'Denied',
    'table-session-invalid',
  ],
  [
    'a stage that does not exist',
    { status: 400, error: 'ResourceNotFoundException' },
    'NotFound',
    'table-missing',
  ],
  [
    'a call that is malformed',
    { status: 400, error: 'ValidationException' },
    'Unrecoverable',
    'table-call-refused',
  ],
] as const)(
  '[injected] %s is trouble of the state, with the call and what to do',
  async (_name, answer, family, code) => {
    const { registry } = await over(() => answer);
    const error = await registry.target('db').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ family, code, message: expect.stringContaining('dynamodb:GetItem') });
    expect(isOfState(error)).toBe(true);
    expect(error instanceof RekeyError && error.next.length).toBeGreaterThan(0);
  },
);
