import { LogFormatter, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';

/** What a line of the log may say happened. */
export type Event = 'started' | 'done' | 'failed';

const EVENTS: ReadonlySet<unknown> = new Set<Event>(['started', 'done', 'failed']);

const isCount = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
const like = (shape: RegExp) => (value: unknown) => typeof value === 'string' && shape.test(value);

/**
 * The only fields that are ever logged, each with the shape it must have: ids, words of ours, numbers and places in the
 * bundle. Whatever else an input, an output, an error or a library brings along is dropped, unseen.
 */
const LOGGED: Readonly<Record<string, (value: unknown) => boolean>> = {
  function: like(/^[A-Za-z]{1,40}$/),
  incidentId: like(/^inc-[A-Za-z0-9._-]{1,60}$/),
  rotationRequest: like(/^req-[A-Za-z0-9._-]{1,60}$/),
  requestId: like(/^[0-9a-f-]{36}$/),
  traceId: like(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/),
  coldStart: (value) => typeof value === 'boolean',
  family: like(/^[A-Za-z]{1,20}$/),
  code: like(/^[a-z0-9-]{1,60}$/),
  error: like(/^[A-Za-z]{1,40}$/),
  places: (value) => Array.isArray(value) && value.every(like(/^\d{1,6}:\d{1,7}$/)),
  durationMs: isCount,
  remainingMs: isCount,
  settled: isCount,
  left: isCount,
  unfinished: isCount,
  oldestUnfinishedSeconds: isCount,
  overAge: isCount,
  oldestUnarchivedSeconds: isCount,
};

/** Powertools' log formatter as an allow-list. */
export class AllowedFields extends LogFormatter {
  override formatAttributes(attributes: UnformattedAttributes, additional: LogAttributes): LogItem {
    const { lambdaContext, logLevel, message, timestamp, xRayTraceId } = attributes;
    const offered: LogAttributes = {
      requestId: lambdaContext?.awsRequestId,
      traceId: xRayTraceId,
      coldStart: lambdaContext?.coldStart,
      ...additional,
    };
    return new LogItem({
      attributes: {
        level: logLevel,
        time: this.formatTimestamp(timestamp),
        event: EVENTS.has(message) ? message : 'other',
        ...Object.fromEntries(
          Object.entries(offered).filter(([field, value]) => LOGGED[field]?.(value) === true),
        ),
      },
    });
  }
}
