import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { createCloudWatchCleanLogs } from '../../../../shared/adapters/aws/cloudwatch-logs/clean-logs.ts';
import { vendor } from '../../../support/vendor.ts';

const FROM = { group: '/aws/lambda/checkout', stream: '2026/11/24/[$LATEST]94fa*:1' };
const STREAM = '/aws/lambda/checkout/2026/11/24/[$LATEST]94fa__1';

function created() {
  const client = new CloudWatchLogsClient({ region: 'us-east-1' });
  const calls = mockClient(client);
  calls.on(PutLogEventsCommand).resolves({});
  return { calls, logs: createCloudWatchCleanLogs(client, '/rekey/prod/clean') };
}

test('events stand in one group, by their own log and stream, in the order of their times', async () => {
  const { calls, logs } = created();
  await logs.put(FROM, [
    { atMs: 2, message: 'later' },
    { atMs: 1, message: 'sooner' },
    { atMs: 1, message: '' },
  ]);
  expect(calls.calls().map(({ args: [command] }) => command.input)).toEqual([
    {
      logGroupName: '/rekey/prod/clean',
      logStreamName: STREAM,
      logEvents: [
        { timestamp: 1, message: 'sooner' },
        { timestamp: 2, message: 'later' },
      ],
    },
  ]);
  await logs.put(FROM, []);
  expect(calls.calls()).toHaveLength(1);
});

test('a stream that is not there is made, also where another makes it at the same time', async () => {
  const { calls, logs } = created();
  calls.on(PutLogEventsCommand).rejectsOnce(vendor('ResourceNotFoundException')).resolves({});
  calls.on(CreateLogStreamCommand).rejects(vendor('ResourceAlreadyExistsException'));
  await logs.put(FROM, [{ atMs: 1, message: 'one' }]);
  expect(calls.calls().map(({ args: [command] }) => command.constructor.name)).toEqual([
    'PutLogEventsCommand',
    'CreateLogStreamCommand',
    'PutLogEventsCommand',
  ]);
  expect(calls.call(1).args[0].input).toEqual({ logGroupName: '/rekey/prod/clean', logStreamName: STREAM });
});

test('no call takes more than CloudWatch does: 10,000 events, a megabyte, a day', async () => {
  const { calls, logs } = created();
  await logs.put(
    FROM,
    Array.from({ length: 10_001 }, () => ({ atMs: 1, message: 'x' })),
  );
  await logs.put(
    FROM,
    Array.from({ length: 3 }, () => ({ atMs: 1, message: 'ä'.repeat(250_000) })),
  );
  await logs.put(
    FROM,
    [0, 86_400_000].map((atMs) => ({ atMs, message: 'x' })),
  );
  await logs.put(FROM, [{ atMs: 1, message: '密'.repeat(700_000) }]);
  const sizes = calls
    .commandCalls(PutLogEventsCommand)
    .map(({ args: [{ input }] }) => input.logEvents?.length);
  expect(sizes).toEqual([10_000, 1, 2, 1, 1, 1, 1, 1, 1]);
  for (const { args } of calls.commandCalls(PutLogEventsCommand)) {
    const bytes = (args[0].input.logEvents ?? []).map(({ message = '' }) => Buffer.byteLength(message) + 26);
    expect(bytes.reduce((sum, own) => sum + own, 0)).toBeLessThanOrEqual(1_048_576);
  }
});

test('what CloudWatch takes only in part, or not at all, is an error', async () => {
  const { calls, logs } = created();
  calls.on(PutLogEventsCommand).resolves({ rejectedLogEventsInfo: { tooOldLogEventEndIndex: 1 } });
  await expect(logs.put(FROM, [{ atMs: 1, message: 'x' }])).rejects.toMatchObject({
    code: 'log-events-rejected',
  });
  calls.on(PutLogEventsCommand).rejects(vendor('AccessDeniedException'));
  await expect(logs.put(FROM, [{ atMs: 1, message: 'x' }])).rejects.toMatchObject({ family: 'Denied' });
});
