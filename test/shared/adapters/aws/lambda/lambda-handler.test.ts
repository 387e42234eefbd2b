import type { Context } from 'aws-lambda';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { lambdaHandler } from '../../../../../shared/adapters/aws/lambda/lambda-handler.ts';
import { wire } from '../../../../../shared/adapters/aws/lambda/wire.ts';
import { RekeyError } from '../../../../../shared/domain/errors.ts';
import { defineFunction, type InvocationContext } from '../../../../../shared/driver/define-function.ts';
import type { Clock } from '../../../../../shared/ports/clock.ts';

const CANARY = 'canary-5f1e6c2b90aa';
const NOW_MS = Date.parse('2026-11-25T03:00:00Z');

/** One invocation with this much time left. */
function invocation(remainingMs = 60_000): Context {
  return {
    functionName: 'rekey-test-AdvanceBatch',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:rekey-test-AdvanceBatch',
    memoryLimitInMB: '512',
    awsRequestId: '11111111-2222-3333-4444-555555555555',
    getRemainingTimeInMillis: () => remainingMs,
  } as unknown as Context;
}

const clock = wire({ REKEY_ZONE: z.string().min(1) }, ({ REKEY_ZONE }): Clock & { zone: string } => ({
  zone: REKEY_ZONE,
  nowMs: () => NOW_MS,
  sleep: async () => undefined,
}));

type Work = (
  input: { incidentId: string },
  context: InvocationContext,
) => Promise<{ settled: number; left: number }>;

function aHandler(work: Work) {
  const definition = defineFunction({
    name: 'AdvanceBatch',
    needs: ['clock'],
    input: { incidentId: z.string(), note: z.string().optional() },
    output: { settled: z.number(), left: z.number() },
    run: (input, _services, context) => work(input, context),
  });
  return lambdaHandler(definition, { clock }, { REKEY_ZONE: 'local' });
}

const INPUT = { v: 1, incidentId: 'inc-20261125-payments-0001' };

/** What the function has written so far: Lambda puts all of it into the log group. */
let chunks: string[] = [];

function written(): { text: string; lines: Record<string, unknown>[] } {
  const text = chunks.join('');
  chunks = [];
  return {
    text,
    lines: text
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW_MS, toFake: ['Date'] });
  chunks = [];
  const outs = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      chunks.push(String(chunk));
      return true;
    }),
  );
  return () => {
    for (const out of outs) out.mockRestore();
    vi.unstubAllEnvs();
    vi.useRealTimers();
  };
});

describe('what an invocation is told and answers', () => {
  test('[5.4] a batch is told to hand back ten seconds before Lambda ends it', async () => {
    let toldMs = 0;
    const handler = await aHandler(async (_input, { untilMs }) => {
      toldMs = untilMs;
      return { settled: 1, left: 0 };
    });
    expect(await handler(INPUT, invocation(60_000))).toEqual({ v: 1, settled: 1, left: 0 });
    expect(toldMs - NOW_MS).toBe(50_000);
    await handler(INPUT, invocation(3_000));
    expect(toldMs - NOW_MS).toBe(0);
  });

  test('an input or an output that is not as agreed is refused by the name that Retry and Catch match', async () => {
    const handler = await aHandler(async () => ({ settled: 1 }) as { settled: number; left: number });
    await expect(handler({ v: 1, incident: 'x' }, invocation())).rejects.toMatchObject({
      name: 'Validation',
    });
    await expect(handler(INPUT, invocation())).rejects.toMatchObject({
      name: 'Validation',
      message: 'AdvanceBatch has a malformed output: left: invalid_type',
    });
  });

  test.each(['Conflict', 'Denied', 'Throttled', 'OutcomeUnknown'] as const)(
    'a %s leaves under its family, as Lambda’s errorType',
    async (family) => {
      const handler = await aHandler(async () => {
        throw new RekeyError({ code: 'some-code', family, message: 'why it failed' });
      });
      await expect(handler(INPUT, invocation())).rejects.toMatchObject({
        name: family,
        message: 'why it failed',
      });
    },
  );
});

describe('what is logged', () => {
  test('[6.2] each line carries the incident, the request and the trace, and the next invocation starts clean', async () => {
    const handler = await aHandler(async () => ({ settled: 3, left: 2 }));
    vi.stubEnv(
      '_X_AMZN_TRACE_ID',
      'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
    );
    await handler(INPUT, invocation());
    const { lines } = written();
    const log = lines.filter((line) => 'event' in line);
    expect(log.map((line) => line['event'])).toEqual(['started', 'done']);
    for (const line of log) {
      expect(line).toMatchObject({
        function: 'AdvanceBatch',
        incidentId: INPUT.incidentId,
        requestId: '11111111-2222-3333-4444-555555555555',
        traceId: '1-5759e988-bd862e3fe1be46a994272793',
      });
    }
    expect(log[1]).toMatchObject({ durationMs: 0, remainingMs: 60_000, settled: 3, left: 2 });
    await handler({ v: 1 }, invocation()).catch(() => undefined);
    expect(written().text).not.toContain(INPUT.incidentId);
  });

  test('[1.5] [4.3] [4.4] a value planted in input, output, messages and causes reaches no line, and no error of somebody else’s', async () => {
    class Foreign extends Error {
      readonly $response = { body: CANARY };
      readonly code = CANARY;
    }
    const plants: Work[] = [
      async () => ({ settled: 1, left: 0, [CANARY]: CANARY }) as { settled: number; left: number },
      async () => {
        throw new Foreign(`login failed for ${CANARY}`, { cause: new Error(CANARY) });
      },
      async () => {
        throw Object.assign(new Error(CANARY), {
          name: CANARY,
          stack: `Error: ${CANARY}\n    at ${CANARY} (${CANARY})`,
        });
      },
      async () => {
        throw new RekeyError({
          code: 'target-refused',
          family: 'TargetUnavailable',
          message: 'the target did not answer',
          cause: new Foreign(CANARY),
        });
      },
      async () => {
        // oxlint-disable-next-line typescript/only-throw-error
        throw CANARY;
      },
    ];
    vi.stubEnv('POWERTOOLS_LOGGER_LOG_EVENT', 'true');
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'DEBUG');
    const inputs = [
      { ...INPUT, note: CANARY },
      { v: 1, incidentId: CANARY },
      { ...INPUT, [CANARY]: CANARY },
    ];
    let lines = 0;
    for (const plant of plants) {
      for (const input of inputs) {
        const handler = await aHandler(plant);
        const error = (await handler(input, invocation()).catch((thrown: unknown) => thrown)) as Error;
        const { text, lines: logged } = written();
        lines += logged.length;
        expect(text).not.toContain(CANARY);
        // As Lambda's runtime serialises it: name, message, stack and whatever else can be enumerated.
        const shown = [error.name, error.message, error.stack, error.cause, JSON.stringify(error)].join('\n');
        expect(shown).not.toContain(CANARY);
      }
    }
    expect(lines).toBeGreaterThan(plants.length * inputs.length * 2);
  });

  test('[4.4] not even a message of our own is logged: its code is', async () => {
    const handler = await aHandler(async () => {
      throw new RekeyError({ code: 'epoch-moved', family: 'Conflict', message: `it moved ${CANARY}` });
    });
    await handler(INPUT, invocation()).catch(() => undefined);
    const { text, lines } = written();
    expect(text).not.toContain(CANARY);
    expect(lines.find((line) => line['event'] === 'failed')).toMatchObject({
      level: 'ERROR',
      family: 'Conflict',
      code: 'epoch-moved',
    });
  });
});

describe('what is measured', () => {
  test('[5.5] duration and outcome, and of a batch what was settled and what is left, in the embedded metric format', async () => {
    const handler = await aHandler(async () => ({ settled: 3, left: 2 }));
    await handler(INPUT, invocation()).catch(() => undefined);
    const { lines } = written();
    const [metric] = lines.filter((line) => '_aws' in line);
    expect(metric).toMatchObject({
      function: 'rekey-test-AdvanceBatch',
      outcome: 'done',
      Duration: 0,
      Invocations: 1,
      settled: 3,
      left: 2,
      _aws: { CloudWatchMetrics: [{ Namespace: 'Rekey', Dimensions: [['service', 'function', 'outcome']] }] },
    });
  });

  test('a failure is counted under its family', async () => {
    const handler = await aHandler(async () => {
      throw new RekeyError({ code: 'busy', family: 'Throttled', message: 'too fast' });
    });
    await handler(INPUT, invocation()).catch(() => undefined);
    const { lines } = written();
    expect(lines.find((line) => '_aws' in line)).toMatchObject({ outcome: 'Throttled', Invocations: 1 });
  });
});

describe('what it is deployed with', () => {
  const definition = defineFunction({
    name: 'SomeFunction',
    needs: ['clock', 'random'],
    input: {},
    output: {},
    run: async () => ({}),
  });
  const random = wire({ REKEY_SEED: z.string().regex(/^\d+$/) }, () => ({
    bytes: () => new Uint8Array(),
    uuid: () => '',
  }));

  test('every bad name is told at once, never what it holds, and one of ours that nobody reads is bad too', async () => {
    const deploy = () =>
      lambdaHandler(
        definition,
        { clock, random },
        { REKEY_SEED: CANARY, REKEY_TABEL: CANARY, AWS_REGION: 'x' },
      );
    const error = (await deploy().catch((thrown: unknown) => thrown)) as Error;
    expect(error.name).toBe('Validation');
    expect(error.message).toBe(
      'SomeFunction was deployed with a wrong environment: REKEY_ZONE: missing; REKEY_SEED: malformed; REKEY_TABEL: not read by this function',
    );
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain(CANARY);
  });

  test('what is not ours is none of its business', async () => {
    await expect(
      lambdaHandler(definition, { clock, random }, { REKEY_SEED: '1', REKEY_ZONE: 'a', AWS_REGION: 'x' }),
    ).resolves.toBeTypeOf('function');
  });

  test('[4.4] a port that cannot be opened says so without what it was opened with', async () => {
    const broken = wire({ REKEY_SEED: z.string() }, ({ REKEY_SEED }) => {
      throw new Error(`cannot open ${REKEY_SEED}`, { cause: REKEY_SEED });
    });
    const opened = lambdaHandler(
      definition,
      { clock, random: broken },
      { REKEY_SEED: CANARY, REKEY_ZONE: 'a' },
    );
    const error = (await opened.catch((thrown: unknown) => thrown)) as Error;
    expect(error.message).toContain('SomeFunction failed in an unforeseen way (Error at');
    expect([error.message, error.stack, error.cause].join(' ')).not.toContain(CANARY);
  });
});
