import { catching, fails, machineOf, type Scenario, succeed, succeeds, task } from '../scenario.ts';

const named = (name: string) => succeed({ caught: name, error: '{% $states.input.Error %}' });
const retrying = (...retriers: readonly (readonly [string | readonly string[], object])[]) => ({
  Retry: retriers.map(([errors, more]) => ({ ErrorEquals: [errors].flat(), IntervalSeconds: 1, ...more })),
});

export const errors: readonly Scenario[] = [
  {
    title: 'Catch: the first catcher that matches, not the closest',
    machine: machineOf({
      A: task(
        'f',
        catching(['Other', 'One'], [['Odd', 'Even'], 'Two'], ['Odd', 'Three'], ['States.ALL', 'Four']),
      ),
      One: named('one'),
      Two: named('two'),
      Three: named('three'),
      Four: named('four'),
    }),
    script: { f: [{ error: 'Odd' }] },
    path: 'A Two',
    end: succeeds({ caught: 'two', error: 'Odd' }),
  },
  {
    title: 'Catch: States.ALL, last, takes what nothing before it named',
    machine: machineOf({
      A: task('f', catching(['Other', 'One'], ['States.ALL', 'Two'])),
      One: named('one'),
      Two: named('two'),
    }),
    script: { f: [{ error: 'Odd' }] },
    path: 'A Two',
    end: succeeds({ caught: 'two', error: 'Odd' }),
  },
  {
    title: 'Catch: States.TaskFailed before a name takes a function’s error',
    machine: machineOf({
      A: task('f', catching(['States.TaskFailed', 'One'], ['Odd', 'Two'])),
      One: named('one'),
      Two: named('two'),
    }),
    script: { f: [{ error: 'Odd' }] },
    path: 'A One',
    end: succeeds({ caught: 'one', error: 'Odd' }),
  },
  {
    title: 'Catch: States.TaskFailed does not take States.Timeout',
    machine: machineOf({
      A: task('f', {
        ...catching(['States.TaskFailed', 'One'], ['States.Timeout', 'Two']),
        TimeoutSeconds: 1,
      }),
      One: named('one'),
      Two: named('two'),
    }),
    script: { f: [{ payload: null, delayMs: 3_000 }] },
    path: 'A Two',
    end: succeeds({ caught: 'two', error: 'States.Timeout' }),
  },
  {
    title: 'Catch: States.TaskFailed takes every other error of Step Functions’ own',
    machine: machineOf({
      A: task('f', {
        ...catching(['States.TaskFailed', 'One'], ['States.ALL', 'Two']),
        Arguments: { FunctionName: '${f}', Payload: '{% $states.input.missing %}' },
      }),
      One: named('one'),
      Two: named('two'),
    }),
    script: { f: [{ payload: 1 }] },
    path: 'A One',
    end: succeeds({ caught: 'one', error: 'States.QueryEvaluationError' }),
  },
  {
    title: 'Catch: its Output replaces the error output, and sees the state’s input',
    machine: machineOf({
      A: task('f', {
        Catch: [
          {
            ErrorEquals: ['Odd'],
            Next: 'C',
            Output: { why: '{% $states.errorOutput.Error %}', of: '{% $states.input.name %}' },
          },
        ],
      }),
      C: succeed(),
    }),
    input: { name: 'x' },
    script: { f: [{ error: 'Odd' }] },
    path: 'A C',
    end: succeeds({ why: 'Odd', of: 'x' }),
  },
  {
    title: 'Retry: exhausted, then Catch',
    machine: machineOf({
      A: task('f', {
        ...retrying(['Throttled', { MaxAttempts: 2, BackoffRate: 1 }]),
        ...catching(['Throttled', 'C']),
      }),
      C: named('c'),
    }),
    script: { f: [{ error: 'Throttled' }] },
    path: 'A C',
    end: succeeds({ caught: 'c', error: 'Throttled' }),
  },
  {
    title: 'Retry: each retrier counts apart over all tries of the state',
    machine: machineOf({
      A: task('f', {
        ...retrying(
          [['A', 'B'], { MaxAttempts: 2, BackoffRate: 1 }],
          ['C', { MaxAttempts: 3, BackoffRate: 1 }],
        ),
        ...catching(['States.ALL', 'Z']),
      }),
      Z: named('z'),
    }),
    script: { f: [{ error: 'A' }, { error: 'B' }, { error: 'C' }, { error: 'B' }] },
    path: 'A Z',
    end: succeeds({ caught: 'z', error: 'B' }),
  },
  {
    title: 'Retry: MaxAttempts 0 never tries again, whatever a later retrier says',
    machine: machineOf({
      A: task('f', {
        ...retrying(['Odd', { MaxAttempts: 0 }], ['States.ALL', { MaxAttempts: 3 }]),
        ...catching(['States.ALL', 'C']),
      }),
      C: named('c'),
    }),
    script: { f: [{ error: 'Odd' }, { payload: 'not asked for' }] },
    path: 'A C',
    end: succeeds({ caught: 'c', error: 'Odd' }),
  },
  {
    title: 'Retry: the count starts anew when the state is visited again',
    machine: machineOf({
      A: task('f', {
        ...retrying(['Odd', { MaxAttempts: 1 }]),
        Assign: { last: '{% $states.result.Payload %}' },
        Next: 'More',
      }),
      More: { Type: 'Choice', Choices: [{ Condition: '{% $last = "first" %}', Next: 'A' }], Default: 'Done' },
      Done: succeed('{% $last %}'),
    }),
    script: { f: [{ error: 'Odd' }, { payload: 'first' }, { error: 'Odd' }, { payload: 'second' }] },
    path: 'A More A More Done',
    end: succeeds('second'),
  },
  {
    title: 'Retry: $states.context tells how many tries were made again',
    machine: machineOf({
      A: task('f', {
        Arguments: { FunctionName: '${f}', Payload: { tries: '{% $states.context.State.RetryCount %}' } },
        ...retrying(['Odd', { MaxAttempts: 2, BackoffRate: 1 }]),
        Output: '{% $states.result.Payload %}',
      }),
    }),
    script: {
      f: {
        by: 'tries',
        answers: { 0: [{ error: 'Odd' }], 1: [{ error: 'Odd' }], 2: [{ payload: 'third' }] },
      },
    },
    path: 'A',
    end: succeeds('third'),
  },
  {
    title: 'Task: longer than TimeoutSeconds is States.Timeout, for each try anew',
    machine: machineOf({
      A: task('f', {
        TimeoutSeconds: 3,
        ...retrying(['States.Timeout', { MaxAttempts: 1 }]),
        Output: '{% $states.result.Payload %}',
      }),
    }),
    script: { f: [{ payload: 'late', delayMs: 3_500 }, { payload: 'in time' }] },
    path: 'A',
    end: succeeds('in time'),
  },
  {
    title: 'Fail: expressions in Error and Cause',
    machine: machineOf({
      F: { Type: 'Fail', Error: '{% $states.input.error %}', Cause: '{% "it was " & $states.input.why %}' },
    }),
    input: { error: 'Chosen', why: 'asked for' },
    path: '',
    end: fails('Chosen', 'it was asked for'),
  },
];
