import {
  type CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { RekeyError } from '../../../domain/errors.ts';
import type { CleanLogs, LogEvent } from '../../../ports/clean-logs.ts';
import { translate, vendorName } from '../vendor-error.ts';

/** Of one `PutLogEvents` (API reference): events, their bytes with 26 for each, and how far they may be apart. */
const MOST_EVENTS = 10_000;
const MOST_BYTES = 1_048_576;
const BYTES_EACH = 26;
const FURTHEST_MS = 86_400_000;
const LONGEST_NAME = 512;

/** One log group for all, a stream for each stream that events come from. */
export function createCloudWatchCleanLogs(client: CloudWatchLogsClient, group: string): CleanLogs {
  const failed = (error: unknown, call: string) =>
    translate(error, {
      permission: `logs:${call}`,
      about: group,
      safe: 'What was not passed on is brought again.',
      mayHaveHappened: true,
    });

  async function make(stream: string): Promise<void> {
    try {
      await client.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: stream }));
    } catch (error) {
      if (vendorName(error) !== 'ResourceAlreadyExistsException') throw failed(error, 'CreateLogStream');
    }
  }

  async function put(stream: string, events: readonly LogEvent[], isNew = false): Promise<void> {
    try {
      const { rejectedLogEventsInfo: rejected } = await client.send(
        new PutLogEventsCommand({
          logGroupName: group,
          logStreamName: stream,
          logEvents: events.map(({ atMs, message }) => ({ timestamp: atMs, message })),
        }),
      );
      if (rejected !== undefined) throw rejection(group);
    } catch (error) {
      if (error instanceof RekeyError) throw error;
      if (isNew || vendorName(error) !== 'ResourceNotFoundException') throw failed(error, 'PutLogEvents');
      await make(stream);
      await put(stream, events, true);
    }
  }

  return {
    async put(from, events) {
      const stream = nameOf(from.group, from.stream);
      const inOrder = events
        .flatMap(({ atMs, message }) => piecesOf(message).map((piece) => ({ atMs, message: piece })))
        .toSorted((one, other) => one.atMs - other.atMs);
      for (const batch of batchesOf(inOrder)) await put(stream, batch);
    },
  };
}

/** Too old, or of the future: CloudWatch takes what is at most 14 days old. */
function rejection(group: string): RekeyError {
  return new RekeyError({
    code: 'log-events-rejected',
    family: 'Unrecoverable',
    message: `CloudWatch took some events not into ${group}: their time is too far from now, or beyond its retention`,
    safe: 'They stand where they came from. Those that it took stand in the group.',
  });
}

/** Names of streams hold neither `:` nor `*`. */
function nameOf(group: string, stream: string): string {
  return `${group}/${stream}`.replaceAll(/[:*]/g, '_').slice(-LONGEST_NAME);
}

/** What marks have made longer than an event may be goes on as several. Three bytes a character at most. */
function piecesOf(message: string): string[] {
  const most = Math.floor((MOST_BYTES - BYTES_EACH) / 3);
  return Array.from({ length: Math.ceil(message.length / most) }, (_, index) =>
    message.slice(index * most, (index + 1) * most),
  );
}

function* batchesOf(events: readonly LogEvent[]): Generator<readonly LogEvent[]> {
  let batch: LogEvent[] = [];
  let bytes = 0;
  for (const event of events) {
    const own = Buffer.byteLength(event.message) + BYTES_EACH;
    const [first] = batch;
    const isFull =
      batch.length === MOST_EVENTS ||
      bytes + own > MOST_BYTES ||
      event.atMs - (first?.atMs ?? event.atMs) >= FURTHEST_MS;
    if (first !== undefined && isFull) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(event);
    bytes += own;
  }
  if (batch.length > 0) yield batch;
}
