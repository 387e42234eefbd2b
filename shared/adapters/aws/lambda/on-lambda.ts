import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
// oxlint-disable-next-line import/no-named-as-default -- the named export is missing from its types.
import middy, { type MiddlewareObj } from '@middy/core';
import type { Context } from 'aws-lambda';
import { RekeyError } from '../../../domain/errors.ts';
import { wallClock } from '../../../wall-clock.ts';
import { AllowedFields, type Event } from './logged.ts';
import { nameOf, placesOf } from './thrown.ts';

/** Kept back at the end: a step that is under way is aborted, what is left is set aside and the claims are given back. */
const MARGIN_MS = 10_000;

/** Where there are counts of this name in an output, they are metrics too. */
const COUNTS = [
  'settled',
  'left',
  'unfinished',
  'oldestUnfinishedSeconds',
  'oldestUnarchivedSeconds',
  'overAge',
] as const;

/** What an event asks for, as far as a log may say it. */
interface Asked {
  readonly functionName: string;
  readonly payload: unknown;
}

/** One way by which Lambda is asked: by a machine with a payload, or through a URL with a request. */
export interface WayIn {
  /** Never throws. */
  asked(event: unknown): Asked;
  /** Throws what went wrong. */
  invoke(event: unknown, untilMs: number): Promise<unknown>;
  /** What leaves in place of an error: an answer, or another error, thrown. */
  refuse(error: unknown): unknown;
}

export type Handler = (event: unknown, context: Context) => Promise<unknown>;

/**
 * Everything of ours that Lambda calls: told by when to hand back, measured, and logged by ids alone. The incident's id leads
 * from the keystroke to the session at the last target; Lambda's request id and the trace stand beside it. An invocation that
 * went wrong is logged and counted as failed, however it is answered.
 */
export function onLambda(wayIn: WayIn): Handler {
  const logger = new Logger({ serviceName: 'rekey', logLevel: 'INFO', logFormatter: new AllowedFields() });
  const metrics = new Metrics({ namespace: 'Rekey', serviceName: 'rekey' });

  // Off: an answer given early would leave the work running into the next invocation. Lambda ends the environment.
  return middy({ timeoutEarlyInMillis: 0 })
    .use(logMetrics(metrics))
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(tell(wayIn, logger, metrics))
    .handler(async (event: unknown, context: Context) =>
      wayIn.invoke(event, wallClock.nowMs() + Math.max(0, context.getRemainingTimeInMillis() - MARGIN_MS)),
    );
}

/** Says what came of an invocation, and lets nothing else out. */
function tell(wayIn: WayIn, logger: Logger, metrics: Metrics): MiddlewareObj {
  let startedMs = 0;
  const say = (level: 'info' | 'error', event: Event, fields: Readonly<Record<string, unknown>>) =>
    logger[level](event, fields);
  const measure = (context: Context, outcome: string): { durationMs: number; remainingMs: number } => {
    const durationMs = wallClock.nowMs() - startedMs;
    metrics.addDimensions({ function: context.functionName, outcome });
    metrics.addMetric('Duration', MetricUnit.Milliseconds, durationMs);
    metrics.addMetric('Invocations', MetricUnit.Count, 1);
    return { durationMs, remainingMs: context.getRemainingTimeInMillis() };
  };
  return {
    before({ event }) {
      startedMs = wallClock.nowMs();
      const { functionName, payload } = wayIn.asked(event);
      logger.appendKeys({
        function: functionName,
        incidentId: fieldOf(payload, 'incidentId'),
        // `requestId` is Lambda's own.
        rotationRequest: fieldOf(payload, 'requestId'),
      });
      say('info', 'started', {});
    },
    after({ context, response }) {
      const counts = COUNTS.flatMap((name) => {
        const count = fieldOf(response, name);
        return typeof count === 'number' ? [[name, count] as const] : [];
      });
      const times = measure(context, 'done');
      for (const [name, count] of counts) metrics.addMetric(name, MetricUnit.Count, count);
      say('info', 'done', { ...times, ...Object.fromEntries(counts) });
    },
    onError(request) {
      const { error } = request;
      const family = error instanceof RekeyError ? error.family : 'Unrecoverable';
      const code = error instanceof RekeyError ? error.code : 'unforeseen';
      const times = measure(request.context, family);
      say('error', 'failed', { ...times, family, code, error: nameOf(error), places: placesOf(error) });
      try {
        request.response = wayIn.refuse(error);
      } catch (thrown) {
        request.error = thrown as Error;
      }
    },
  };
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[field]
    : undefined;
}
