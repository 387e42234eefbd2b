import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createInterpreter } from '../../local/interpreter/interpreter.ts';
import type { Frame, Journal } from '../../local/interpreter/journal.ts';
import { loadMachine } from '../../local/interpreter/load.ts';
import { answerTask, beatTask, createSqliteJournal } from '../../local/interpreter/sqlite-journal.ts';
import { makeTables } from '../../local/sqlite/database.ts';
import { FrozenClock, seededRandom } from '../support/clock.ts';

type Functions = Record<string, (payload: never) => unknown>;

const task = (name: string, payload: unknown, more: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: name, Payload: payload },
  TimeoutSeconds: 60,
  End: true,
  ...more,
});
const machineOf = (states: object, startAt = Object.keys(states)[0]) => ({
  QueryLanguage: 'JSONata',
  StartAt: startAt,
  States: states,
});
const named = (name: string, message = name) => Object.assign(new Error(message), { name });

function aRun(
  definition: object,
  functions: Functions,
  journalOf: (database: DatabaseSync) => Journal = (database) => createSqliteJournal(database, 'test'),
) {
  const database = new DatabaseSync(':memory:');
  makeTables(database);
  const clock = new FrozenClock();
  const start = () =>
    createInterpreter({
      machine: loadMachine(definition, { substitutions: {} }),
      journal: journalOf(database),
      clock,
      random: seededRandom(7),
      invoke: async (name, payload) => functions[name]?.(payload as never),
      readItems: async ({ Key }) => JSON.parse(String(Key)) as unknown[],
    });
  return { database, clock, start };
}

async function endOf(definition: object, functions: Functions = {}, input: unknown = {}) {
  const { start, clock } = aRun(definition, functions);
  const interpreter = start();
  const beganMs = clock.nowMs();
  await interpreter.start('x', input);
  return { ...(await interpreter.whenDone('x')), tookMs: clock.nowMs() - beganMs };
}

test('a task’s result, Assign from before the state, and Output', async () => {
  const end = await endOf(
    machineOf({
      A: task('double', '{% $states.input %}', {
        End: undefined,
        Next: 'B',
        Assign: { n: '{% $states.result.Payload %}' },
        Output: { kept: '{% $states.input %}' },
      }),
      B: { Type: 'Succeed', Output: { n: '{% $n %}', input: '{% $states.input %}' } },
    }),
    { double: (n: number) => n * 2 },
    21,
  );
  expect(end).toMatchObject({ status: 'succeeded', output: { n: 42, input: { kept: 21 } } });
});

test('an expression that comes to nothing is States.QueryEvaluationError, and can be caught', async () => {
  const states = {
    A: task(
      'f',
      { x: '{% $states.input.missing %}' },
      { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }] },
    ),
    B: { Type: 'Succeed' },
  };
  const end = await endOf(machineOf(states), { f: () => 1 });
  expect(end).toMatchObject({ status: 'succeeded', output: { Error: 'States.QueryEvaluationError' } });
});

test('a distributed map sees no outer variable; an inline one does', async () => {
  const inner = (mode: object) => ({
    ProcessorConfig: mode,
    StartAt: 'I',
    States: { I: { Type: 'Succeed', Output: '{% $outer %}' } },
  });
  const first = task('f', {}, { End: undefined, Next: 'M', Assign: { outer: 'seen' } });
  const inline = {
    A: first,
    M: { Type: 'Map', Items: [1, 2], ItemProcessor: inner({ Mode: 'INLINE' }), End: true },
  };
  expect(await endOf(machineOf(inline), { f: () => 1 })).toMatchObject({ output: ['seen', 'seen'] });
  const distributed = {
    A: first,
    M: {
      Type: 'Map',
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        ReaderConfig: { InputType: 'JSON' },
        Arguments: { Bucket: 'b', Key: '[1,2]' },
      },
      ItemProcessor: inner({ Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }),
      End: true,
    },
  };
  expect(await endOf(machineOf(distributed), { f: () => 1 })).toMatchObject({
    status: 'failed',
    error: 'States.ExceedToleratedFailureThreshold',
  });
});

test('Retry comes before Catch, counts per retrier, backs off, and gives up', async () => {
  let calls = 0;
  const states = {
    A: task(
      'f',
      {},
      {
        Retry: [{ ErrorEquals: ['Throttled'], IntervalSeconds: 1, MaxAttempts: 3, BackoffRate: 2 }],
        Catch: [{ ErrorEquals: ['Throttled'], Next: 'B' }],
      },
    ),
    B: { Type: 'Succeed', Output: 'caught' },
  };
  const end = await endOf(machineOf(states), {
    f: () => {
      calls += 1;
      throw named('Throttled');
    },
  });
  expect(end).toMatchObject({ output: 'caught', tookMs: 7_000 });
  expect(calls).toBe(4);
});

test('States.ALL catches neither States.Runtime nor States.DataLimitExceeded', async () => {
  const states = {
    A: task('f', {}, { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }] }),
    B: { Type: 'Succeed' },
  };
  const end = await endOf(machineOf(states), { f: () => 'x'.repeat(262_144) });
  expect(end).toMatchObject({ status: 'failed', error: 'States.DataLimitExceeded' });
});

test('a Choice that nothing matches and that has no Default fails', async () => {
  const states = {
    A: { Type: 'Choice', Choices: [{ Condition: '{% $states.input = 1 %}', Next: 'B' }] },
    B: { Type: 'Succeed' },
  };
  expect(await endOf(machineOf(states), {}, 2)).toMatchObject({
    status: 'failed',
    error: 'States.NoChoiceMatched',
  });
});

test('the first failing branch of a Parallel fails it; the tolerant map goes on', async () => {
  const branch = (name: string) => ({ StartAt: 'X', States: { X: task(name, {}) } });
  const states = {
    P: {
      Type: 'Parallel',
      Branches: [branch('bad'), branch('good')],
      Catch: [{ ErrorEquals: ['Odd'], Next: 'B' }],
      End: true,
    },
    B: { Type: 'Succeed', Output: 'caught' },
  };
  expect(
    await endOf(machineOf(states), {
      bad: () => {
        throw named('Odd');
      },
      good: () => 1,
    }),
  ).toMatchObject({ output: 'caught' });
  const map = {
    M: {
      Type: 'Map',
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        ReaderConfig: { InputType: 'JSON' },
        Arguments: { Bucket: 'b', Key: '[1,2,3]' },
      },
      ToleratedFailurePercentage: '{% 100 %}',
      MaxConcurrency: 2,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'X',
        States: { X: task('odd', '{% $states.input %}', { Output: '{% $states.result.Payload %}' }) },
      },
      End: true,
    },
  };
  const odd = (n: number) => {
    if (n === 2) throw named('Odd', 'two');
    return n;
  };
  expect(await endOf(machineOf(map), { odd })).toMatchObject({
    output: [1, { Error: 'Odd', Cause: 'two' }, 3],
  });
});

test('a Wait waits until its time, on the given clock', async () => {
  const states = { W: { Type: 'Wait', Seconds: 90, Next: 'B' }, B: { Type: 'Succeed' } };
  expect((await endOf(machineOf(states))).tookMs).toBe(90_000);
});

test('a task that waits for its token goes on when somebody answers, and times out when nobody does', async () => {
  const waiting = {
    ...task('ask', { token: '{% $states.context.Task.Token %}' }),
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  };
  const answering = { database: new DatabaseSync(':memory:') };
  const ask = ({ token }: { token: string }) =>
    answerTask(answering.database, token, { ok: true, output: { yes: true } });
  const run = aRun(machineOf({ A: waiting }), { ask });
  answering.database = run.database;
  const interpreter = run.start();
  await interpreter.start('x', {});
  expect(await interpreter.whenDone('x')).toMatchObject({ output: { yes: true } });
  expect(await endOf(machineOf({ A: waiting }), { ask: () => null })).toMatchObject({
    status: 'failed',
    error: 'States.Timeout',
  });
});

const asking = (more: object = {}) => ({
  ...task('ask', { token: '{% $states.context.Task.Token %}' }, more),
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
});

test('a task that waits for people gives up after as long as was computed for them', async () => {
  const waiting = asking({ TimeoutSeconds: '{% $states.input.life %}' });
  const never = { ask: () => undefined };
  const end = await endOf(machineOf({ A: waiting }), never, { life: 7 });
  expect(end).toMatchObject({ status: 'failed', error: 'States.Timeout', tookMs: 7_000 });
  for (const life of [0, 2.5, '7']) {
    expect(await endOf(machineOf({ A: waiting }), never, { life })).toMatchObject({
      error: 'States.QueryEvaluationError',
    });
  }
});

test('each try of a task has a token of its own: the last try’s answer does not end the next', async () => {
  const state = asking({ Retry: [{ ErrorEquals: ['Refused'], MaxAttempts: 1 }] });
  const tokens: string[] = [];
  const run = aRun(machineOf({ A: state }), {
    ask: ({ token }: { token: string }) => {
      tokens.push(token);
      if (tokens.length === 1)
        answerTask(run.database, token, { ok: false, error: 'Refused', cause: 'not now' });
      else answerTask(run.database, token, { ok: true, output: 'yes' });
    },
  });
  const interpreter = run.start();
  await interpreter.start('x', {});
  expect(await interpreter.whenDone('x')).toEqual({ status: 'succeeded', output: 'yes' });
  expect(new Set(tokens).size).toBe(2);
});

test('each try of a task that waits has its whole time', async () => {
  const state = asking({ Retry: [{ ErrorEquals: ['States.Timeout'], MaxAttempts: 1 }] });
  let tries = 0;
  let looks = 0;
  const run = aRun(machineOf({ A: state }), { ask: () => (tries += 1) }, (database) => {
    const journal = createSqliteJournal(database, 'test');
    return {
      ...journal,
      answer(token) {
        looks += tries === 2 ? 1 : 0;
        if (looks === 10) answerTask(database, token, { ok: true, output: 'yes' });
        return journal.answer(token);
      },
    };
  });
  const interpreter = run.start();
  await interpreter.start('x', {});
  expect(await interpreter.whenDone('x')).toEqual({ status: 'succeeded', output: 'yes' });
});

test.each(['States.HeartbeatTimeout', 'States.Timeout', 'States.ALL'])(
  'no heartbeat in time is %s, long before the time-out',
  async (name) => {
    const state = asking({ HeartbeatSeconds: 5, Catch: [{ ErrorEquals: [name], Next: 'C' }] });
    const end = await endOf(machineOf({ A: state, C: { Type: 'Succeed' } }), { ask: () => null });
    expect(end).toMatchObject({
      output: { Error: 'States.Timeout', Cause: 'no heartbeat for 5 s' },
      tookMs: 5_000,
    });
  },
);

test('a heartbeat begins the wait for the next one anew, and does not put off the time-out', async () => {
  const beating = (beats: number) => {
    let looks = 0;
    const run = aRun(machineOf({ A: asking({ HeartbeatSeconds: 5 }) }), { ask: () => null }, (database) => {
      const journal = createSqliteJournal(database, 'test');
      return {
        ...journal,
        answer(token) {
          looks += 1;
          if (looks <= beats) beatTask(database, token, run.clock.nowMs());
          else answerTask(database, token, { ok: true, output: 'answered' });
          return journal.answer(token);
        },
      };
    });
    return run;
  };
  const ends = [600, Number.POSITIVE_INFINITY].map(async (beats) => {
    const interpreter = beating(beats).start();
    await interpreter.start('x', {});
    return interpreter.whenDone('x');
  });
  expect(await Promise.all(ends)).toEqual([
    { status: 'succeeded', output: 'answered' },
    { status: 'failed', error: 'States.Timeout', cause: 'nobody answered' },
  ]);
});

test('the context tells the tries made again, and a token only to a task that waits for one', async () => {
  const states = {
    A: task(
      'f',
      { tries: '{% $states.context.State.RetryCount %}', token: '{% $exists($states.context.Task) %}' },
      { Retry: [{ ErrorEquals: ['Odd'], MaxAttempts: 2 }], Output: '{% $states.result.Payload %}' },
    ),
  };
  const seen: unknown[] = [];
  await endOf(machineOf(states), {
    f: (payload: unknown) => {
      seen.push(payload);
      throw named('Odd');
    },
  });
  expect(seen).toEqual([0, 1, 2].map((tries) => ({ tries, token: false })));
});

test('a manifest that cannot be read is States.ItemReaderFailed, and can be caught', async () => {
  const states = {
    M: {
      Type: 'Map',
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        ReaderConfig: { InputType: 'JSON' },
        Arguments: { Bucket: 'b', Key: 'no JSON' },
      },
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'I',
        States: { I: { Type: 'Succeed' } },
      },
      Catch: [{ ErrorEquals: ['States.ItemReaderFailed'], Next: 'C' }],
      End: true,
    },
    C: { Type: 'Succeed', Output: 'caught' },
  };
  expect(await endOf(machineOf(states))).toMatchObject({ output: 'caught' });
});

test('a function that returns nothing has returned null', async () => {
  const states = { A: task('f', {}, { Output: '{% $states.result.Payload %}' }) };
  expect(await endOf(machineOf(states), { f: () => undefined })).toMatchObject({ output: null });
});

test('a result and an Assign may be as large as what goes between states, however little the state puts out', async () => {
  const tooMuch = { status: 'failed', error: 'States.DataLimitExceeded' };
  const large = { f: () => 'x'.repeat(262_144) };
  expect(await endOf(machineOf({ A: task('f', {}, { Output: 'small' }) }), large)).toMatchObject(tooMuch);
  const half = { f: () => 'x'.repeat(131_072) };
  const payload = '{% $states.result.Payload %}';
  const twice = task('f', {}, { Output: 'small', Assign: { one: payload, two: payload } });
  expect(await endOf(machineOf({ A: twice }), half)).toMatchObject(tooMuch);
});

test('the journal says which error a transition followed', async () => {
  const frames: Frame[] = [];
  const states = {
    A: task(
      'f',
      {},
      {
        Retry: [{ ErrorEquals: ['Odd'], MaxAttempts: 1 }],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }],
      },
    ),
    B: { Type: 'Wait', Seconds: 1, Next: 'C' },
    C: { Type: 'Succeed' },
  };
  const odd = () => {
    throw named('Odd', 'two');
  };
  const run = aRun(machineOf(states), { f: odd }, (database) => {
    const journal = createSqliteJournal(database, 'test');
    return {
      ...journal,
      commit(name, frame, forget) {
        frames.push(frame);
        return journal.commit(name, frame, forget);
      },
    };
  });
  const interpreter = run.start();
  await interpreter.start('x', {});
  await interpreter.whenDone('x');
  const followed = { error: 'Odd', cause: 'two' };
  expect(frames.map(({ state, error }) => [state, error])).toEqual([
    ['A', followed],
    ['B', followed],
    ['C', undefined],
    ['C', undefined],
  ]);
});

test('the same name and input is the same execution; another input is refused', async () => {
  const { start } = aRun(machineOf({ A: { Type: 'Succeed' } }), {});
  const interpreter = start();
  await interpreter.start('x', { n: 1 });
  await interpreter.start('x', { n: 1 });
  await expect(interpreter.start('x', { n: 2 })).rejects.toMatchObject({ code: 'execution-exists' });
});

class Killed extends Error {}

test('killed at each commit, the next process comes to the same end and repeats no finished task', async () => {
  const definition = machineOf({
    A: task('once', {}, { End: undefined, Next: 'P' }),
    P: {
      Type: 'Parallel',
      Next: 'M',
      Branches: [
        { StartAt: 'X', States: { X: task('left', {}) } },
        { StartAt: 'Y', States: { Y: { Type: 'Wait', Seconds: 5, Next: 'Z' }, Z: task('right', {}) } },
      ],
    },
    M: {
      Type: 'Map',
      Items: [1, 2, 3],
      ItemProcessor: {
        ProcessorConfig: { Mode: 'INLINE' },
        StartAt: 'I',
        States: { I: task('item', '{% $states.input %}') },
      },
      Next: 'E',
    },
    E: { Type: 'Succeed', Output: 'end' },
  });
  let commits = 1;
  const ends: {
    end: Awaited<ReturnType<ReturnType<ReturnType<typeof aRun>['start']>['whenDone']>>;
    calls: number[];
  }[] = [];
  for (let killAt = 1; killAt <= commits; killAt += 1) {
    const calls = new Map<string, number>();
    const count = (name: string) => () => calls.set(name, (calls.get(name) ?? 0) + 1).size;
    const functions = {
      once: count('once'),
      left: count('left'),
      right: count('right'),
      item: (n: number) => count(`item ${n}`)(),
    };
    let seen = 0;
    let dead = false;
    const killing = (database: DatabaseSync): Journal => {
      const journal = createSqliteJournal(database, 'test');
      return {
        ...journal,
        async commit(name, frame, forget) {
          if (dead) throw new Killed();
          await journal.commit(name, frame, forget);
          seen += 1;
          if (seen === killAt) {
            dead = true;
            throw new Killed();
          }
        },
      };
    };
    const run = aRun(definition, functions, killing);
    const first = run.start();
    await first.start('x', {});
    const killed = await first.whenDone('x').then(
      () => false,
      () => true,
    );
    dead = false;
    seen = Number.NEGATIVE_INFINITY;
    if (!killed) continue;
    const second = run.start();
    await second.resumeAll();
    ends.push({ end: await second.whenDone('x'), calls: [...calls.values()] });
    commits = Math.max(commits, killAt + 1);
  }
  expect(ends.every(({ end }) => end.status === 'succeeded' && end.output === 'end')).toBe(true);
  // Finished and committed is not done again; what was under way at the kill may be.
  expect(Math.max(...ends.flatMap(({ calls }) => calls))).toBeLessThanOrEqual(2);
  expect(commits).toBeGreaterThan(8);
});

test.each<[string, object, number]>([
  ['Wait for Seconds', { Type: 'Wait', Seconds: 20, Next: 'Z' }, 20_000],
  ['Wait until a Timestamp', { Type: 'Wait', Timestamp: '2026-11-24T03:00:20Z', Next: 'Z' }, 20_000],
  [
    'pause before a retry',
    task('f', {}, { End: undefined, Next: 'Z', Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 5 }] }),
    5_000,
  ],
])(
  'a %s that a process left is no longer when the clock was set back an hour since',
  async (_name, state, pauseMs) => {
    let calls = 0;
    const f = () => {
      calls += 1;
      if (calls === 1) throw named('E');
    };
    const before = task('g', {}, { End: undefined, Next: 'A' });
    const states = { G: before, A: state, Z: { Type: 'Succeed' } };
    const { start, clock } = aRun(machineOf(states), { f, g: () => 1 });
    const first = start();
    const slept: number[] = [];
    clock.sleep = async (ms) => {
      slept.push(ms);
      if (slept.length > 1) clock.ms += ms;
      else void first.stop();
    };
    await first.start('x', {});
    await expect(first.whenDone('x')).rejects.toBeDefined();
    clock.ms -= 3_600_000;
    const second = start();
    await second.resumeAll();
    expect(await second.whenDone('x')).toMatchObject({ status: 'succeeded' });
    expect(slept).toEqual([pauseMs, pauseMs]);
  },
);

const REFUSALS: readonly [string, object, RegExp][] = [
  [
    'a field that is not implemented',
    { A: task('f', {}, { Credentials: {} }) },
    /A: Credentials is not implemented/,
  ],
  [
    'a heartbeat of a task that waits for no token',
    { A: task('f', {}, { HeartbeatSeconds: 5 }) },
    /A: HeartbeatSeconds of a task without a token is not implemented/,
  ],
  [
    'a heartbeat that the time-out never leaves room for',
    { A: asking({ HeartbeatSeconds: 60 }) },
    /A: HeartbeatSeconds is no number below TimeoutSeconds/,
  ],
  ...[
    [{ ErrorEquals: ['X', 'States.ALL'], Next: 'B' }],
    [
      { ErrorEquals: ['States.ALL'], Next: 'B' },
      { ErrorEquals: ['X'], Next: 'B' },
    ],
  ].map((catchers): [string, object, RegExp] => [
    'States.ALL beside or before another name',
    { A: task('f', {}, { Catch: catchers }), B: { Type: 'Succeed' } },
    /A: Catch names States.ALL, which stands alone and last/,
  ]),
  ['a state type', { A: { Type: 'Pass', End: true } }, /A: Type Pass is not implemented/],
  ['a JSONPath field', { A: task('f', {}, { ResultPath: '$.x' }) }, /A: ResultPath is not implemented/],
  [
    'another resource',
    { A: { ...task('f', {}), Resource: 'arn:aws:states:::sqs:sendMessage' } },
    /A: Resource arn:aws:states:::sqs:sendMessage is not implemented/,
  ],
  ['a dangling Next', { A: task('f', {}, { End: undefined, Next: 'Z' }) }, /A: Next names no state \(Z\)/],
  [
    'a state that nothing reaches',
    { A: task('f', {}), B: { Type: 'Succeed' } },
    /B: Next of no state leads here/,
  ],
  [
    'a task without a time-out',
    { A: task('f', {}, { TimeoutSeconds: undefined }) },
    /A: TimeoutSeconds is missing/,
  ],
  [
    'a computed time-out where nobody is waited for',
    { A: task('f', {}, { TimeoutSeconds: '{% 5 %}' }) },
    /A: TimeoutSeconds by expression, of a task without a token, is not implemented/,
  ],
  ['$eval', { A: task('f', { x: '{% $eval("1") %}' }) }, /A: Payload .*calls \$eval/],
  [
    'a function of Step Functions’ own',
    { A: task('f', { x: '{% $uuid() %}' }) },
    /A: Payload .*calls \$uuid/,
  ],
  ['no JSONata', { A: task('f', { x: '{% ( %}' }) }, /A: Payload .*is no JSONata/],
  [
    'an unknown substitution',
    { A: task('${Nobody}', {}) },
    /A: FunctionName needs a substitution for \$\{Nobody\}/,
  ],
  [
    'an inner Assign of an outer name',
    {
      A: {
        Type: 'Parallel',
        Assign: { n: 1 },
        End: true,
        Branches: [{ StartAt: 'X', States: { X: task('f', {}, { Assign: { n: 2 } }) } }],
      },
    },
    /X: Assign of n reaches into an outer scope/,
  ],
  [
    'a retrier’s unknown field',
    { A: task('f', {}, { Retry: [{ ErrorEquals: ['X'], Jitter: true }] }) },
    /A: Retry: Jitter is not implemented/,
  ],
];

test.each(REFUSALS)('refuses at load, naming state and field: %s', (_name, states, expected) => {
  expect(() => loadMachine(machineOf(states), { substitutions: {} })).toThrow(expected);
});

test('every fault is named at once', () => {
  const states = { A: { Type: 'Pass', End: true }, B: task('f', {}, { HeartbeatSeconds: 1 }) };
  expect(() => loadMachine(machineOf(states), { substitutions: {} })).toThrow(
    /A: Type Pass[\s\S]*B: HeartbeatSeconds/,
  );
});
