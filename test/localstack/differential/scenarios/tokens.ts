import { asking, catching, machineOf, type Scenario, succeed, succeeds } from '../scenario.ts';

const named = (name: string) => succeed({ caught: name, error: '{% $states.input.Error %}' });

export const tokens: readonly Scenario[] = [
  {
    title: 'token: the answer is the state’s result, not what the function gave',
    machine: machineOf({ A: asking('ask', { Output: '{% $states.result.yes %}' }) }),
    script: { ask: [{ payload: 'asked', token: { outcome: { output: { yes: 'answered' } } } }] },
    path: 'A',
    end: succeeds('answered'),
  },
  {
    title: 'token: an answer that comes before the function has ended counts',
    machine: machineOf({ A: asking('ask') }),
    script: { ask: [{ payload: null, delayMs: 800, token: { outcome: { output: 'quick' }, afterMs: 0 } }] },
    path: 'A',
    end: succeeds('quick'),
  },
  {
    title: 'token: a failure is caught by its name',
    machine: machineOf({ A: asking('ask', catching(['Refused', 'C'])), C: succeed() }),
    script: { ask: [{ payload: null, token: { outcome: { error: 'Refused', cause: 'not now' } } }] },
    path: 'A C',
    end: succeeds({ Error: 'Refused', Cause: 'not now' }),
  },
  {
    title: 'token: a function that fails has asked nobody',
    machine: machineOf({ A: asking('ask', catching(['Odd', 'C'])), C: named('c') }),
    script: { ask: [{ error: 'Odd' }] },
    path: 'A C',
    end: succeeds({ caught: 'c', error: 'Odd' }),
  },
  {
    title: 'token: nobody answers within TimeoutSeconds: States.Timeout',
    machine: machineOf({
      A: asking('ask', { TimeoutSeconds: 2, ...catching(['States.Timeout', 'C']) }),
      C: named('c'),
    }),
    script: { ask: [{ payload: null }] },
    path: 'A C',
    end: succeeds({ caught: 'c', error: 'States.Timeout' }),
  },
  {
    title: 'token: TimeoutSeconds may be computed',
    machine: machineOf({
      A: asking('ask', {
        TimeoutSeconds: '{% $states.input.life %}',
        ...catching(['States.Timeout', 'C']),
      }),
      C: named('c'),
    }),
    input: { life: 2 },
    script: { ask: [{ payload: null }] },
    path: 'A C',
    end: succeeds({ caught: 'c', error: 'States.Timeout' }),
  },
  {
    title: 'token: an answer after the time-out changes nothing',
    machine: machineOf({
      A: asking('ask', { TimeoutSeconds: 1, ...catching(['States.Timeout', 'Later']) }),
      Later: { Type: 'Wait', Seconds: 3, Next: 'C' },
      C: named('c'),
    }),
    script: { ask: [{ payload: null, token: { afterMs: 2_000, outcome: { output: 'late' } } }] },
    path: 'A Later C',
    end: succeeds({ caught: 'c', error: 'States.Timeout' }),
  },
  {
    title: 'token: no heartbeat within HeartbeatSeconds is caught as States.HeartbeatTimeout',
    machine: machineOf({
      A: asking('ask', {
        HeartbeatSeconds: 2,
        ...catching(['States.HeartbeatTimeout', 'C'], ['States.ALL', 'Other']),
      }),
      C: succeed('heartbeat'),
      Other: succeed('other'),
    }),
    script: { ask: [{ payload: null }] },
    path: 'A C',
    end: succeeds('heartbeat'),
  },
  {
    title: 'token: no heartbeat within HeartbeatSeconds is caught as States.Timeout too',
    machine: machineOf({
      A: asking('ask', {
        HeartbeatSeconds: 2,
        ...catching(['States.Timeout', 'C'], ['States.ALL', 'Other']),
      }),
      C: succeed('time-out'),
      Other: succeed('other'),
    }),
    script: { ask: [{ payload: null }] },
    path: 'A C',
    end: succeeds('time-out'),
  },
  {
    title: 'token: heartbeats keep a task alive beyond HeartbeatSeconds',
    machine: machineOf({ A: asking('ask', { HeartbeatSeconds: 3 }) }),
    script: {
      ask: [
        { payload: null, token: { heartbeats: { count: 4, everyMs: 1_000 }, outcome: { output: 'alive' } } },
      ],
    },
    path: 'A',
    end: succeeds('alive'),
  },
  {
    title: 'token: heartbeats do not outlast TimeoutSeconds',
    machine: machineOf({
      A: asking('ask', { HeartbeatSeconds: 2, TimeoutSeconds: 4, ...catching(['States.Timeout', 'C']) }),
      C: succeed('time-out'),
    }),
    script: { ask: [{ payload: null, token: { heartbeats: { count: 3, everyMs: 1_000 } } }] },
    path: 'A C',
    end: succeeds('time-out'),
  },
  {
    title: 'token: each try has a token of its own, and its own time',
    machine: machineOf({
      A: asking('ask', {
        TimeoutSeconds: 3,
        Retry: [
          { ErrorEquals: ['Refused', 'States.Timeout'], IntervalSeconds: 1, MaxAttempts: 2, BackoffRate: 1 },
        ],
      }),
    }),
    script: {
      ask: [
        { payload: null, token: { outcome: { error: 'Refused', cause: 'not now' } } },
        { payload: null },
        { payload: null, token: { outcome: { output: 'the third' } } },
      ],
    },
    path: 'A',
    end: succeeds('the third'),
  },
];
