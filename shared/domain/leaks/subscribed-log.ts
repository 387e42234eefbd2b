import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { RekeyError } from '../errors.ts';

/** What a message of CloudWatch Logs unpacks to at most: what it packs is a megabyte. */
const LARGEST = 64 << 20;

/** As AWS documents what a subscription brings (Lambda's developer guide, "CloudWatch Logs"). */
const Message = z.looseObject({
  messageType: z.enum(['DATA_MESSAGE', 'CONTROL_MESSAGE']),
  logGroup: z.string(),
  logStream: z.string(),
  logEvents: z.array(z.looseObject({ timestamp: z.number(), message: z.string() })),
});

export interface SubscribedLog {
  readonly group: string;
  readonly stream: string;
  readonly events: readonly { readonly atMs: number; readonly message: string }[];
}

/**
 * The events in `awslogs.data`: base64 of gzip of JSON. Null: CloudWatch only asked whether somebody is there. `Validation`
 * `log-unreadable` for what is none, without a word of what it holds.
 */
export function readSubscribedLog(data: string): SubscribedLog | null {
  const { messageType, logGroup, logStream, logEvents } = messageIn(data);
  if (messageType === 'CONTROL_MESSAGE') return null;
  return {
    group: logGroup,
    stream: logStream,
    events: logEvents.map(({ timestamp, message }) => ({ atMs: timestamp, message })),
  };
}

function messageIn(data: string): z.output<typeof Message> {
  try {
    const text = gunzipSync(Buffer.from(data, 'base64'), { maxOutputLength: LARGEST }).toString('utf8');
    return Message.parse(JSON.parse(text));
  } catch {
    throw new RekeyError({
      code: 'log-unreadable',
      family: 'Validation',
      message: 'what the subscription brought is not base64 of gzip of a log message',
      safe: 'Nothing of it was passed on.',
    });
  }
}
