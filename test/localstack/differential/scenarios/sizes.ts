import { catching, fails, machineOf, type Scenario, succeed, succeeds, task } from '../scenario.ts';

const LIMIT = 262_144;
const assigning = (more: object) => task('f', { Next: 'B', ...more });

export const sizes: readonly Scenario[] = [
  {
    title:
      'size: a function’s result over 256 KiB is States.DataLimitExceeded, and States.ALL does not catch it',
    machine: machineOf({ A: task('f', { ...catching(['States.ALL', 'C']), Output: 'small' }), C: succeed() }),
    script: { f: [{ payload: 'x'.repeat(LIMIT) }] },
    path: '',
    end: fails('States.DataLimitExceeded'),
  },
  {
    title: 'size: States.ALL retries it as little',
    machine: machineOf({
      A: task('f', {
        Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 1, MaxAttempts: 1 }],
        Output: 'small',
      }),
    }),
    script: { f: [{ payload: 'x'.repeat(LIMIT) }, { payload: 'small enough' }] },
    path: '',
    end: fails('States.DataLimitExceeded'),
  },
  {
    title: 'size: a state’s output over 256 KiB is States.DataLimitExceeded, though each part was smaller',
    machine: machineOf({
      A: assigning({ Assign: { half: '{% $states.result.Payload %}' }, Output: 'kept aside' }),
      B: succeed(['{% $half %}', '{% $half %}']),
    }),
    script: { f: [{ payload: 'x'.repeat(LIMIT / 2) }] },
    path: 'A',
    end: fails('States.DataLimitExceeded'),
  },
  {
    title: 'size: what goes to a function over 256 KiB is States.DataLimitExceeded; nothing is called',
    machine: machineOf({
      A: assigning({ Assign: { half: '{% $states.result.Payload %}' }, Output: 'kept aside' }),
      B: task('g', { Arguments: { FunctionName: '${g}', Payload: ['{% $half %}', '{% $half %}'] } }),
    }),
    script: { f: [{ payload: 'x'.repeat(LIMIT / 2) }], g: [{ payload: 'called' }] },
    path: 'A',
    end: fails('States.DataLimitExceeded'),
  },
  {
    title: 'size: one Assign holds 256 KiB at most',
    machine: machineOf({
      A: assigning({
        Assign: { one: '{% $states.result.Payload %}', two: '{% $states.result.Payload %}' },
        Output: 'small',
      }),
      B: succeed(),
    }),
    script: { f: [{ payload: 'x'.repeat(LIMIT / 2) }] },
    path: '',
    end: fails('States.DataLimitExceeded'),
  },
  {
    title: 'size: just under the limit goes through',
    machine: machineOf({
      A: task('f', { Output: '{% $length($states.result.Payload) %}' }),
    }),
    script: { f: [{ payload: 'x'.repeat(LIMIT - 2_000) }] },
    path: 'A',
    end: succeeds(LIMIT - 2_000),
  },
];
