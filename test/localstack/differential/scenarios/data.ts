import {
  catching,
  fails,
  inline,
  machineOf,
  type Scenario,
  scopeOf,
  succeed,
  succeeds,
  task,
} from '../scenario.ts';

const caught = succeed({ error: '{% $states.input.Error %}' });
const assigning = (more: object) => task('f', { Next: 'B', ...more });
const f = { f: [{ payload: 1 }] } as const;

export const data: readonly Scenario[] = [
  {
    title: 'Assign: evaluated from the values on entry, then assigned together',
    machine: machineOf({
      A: assigning({ Assign: { x: 3, a: 6 } }),
      B: task('f', { Assign: { x: '{% $a %}', nextX: '{% $x %}' }, Next: 'C' }),
      C: succeed({ x: '{% $x %}', nextX: '{% $nextX %}' }),
    }),
    script: f,
    path: 'A B C',
    end: succeeds({ x: 6, nextX: 3 }),
  },
  {
    title: 'Assign: does not show in the Output of its own state',
    machine: machineOf({
      A: assigning({ Assign: { x: 'before' } }),
      B: task('f', { Assign: { x: 'after' }, Output: '{% $x %}', Next: 'C' }),
      C: succeed({ output: '{% $states.input %}', x: '{% $x %}' }),
    }),
    script: f,
    path: 'A B C',
    end: succeeds({ output: 'before', x: 'after' }),
  },
  {
    title: 'Assign in Catch: of the outer scope, from the values on entry, without the state’s own Assign',
    machine: machineOf({
      A: assigning({ Assign: { x: 'before', y: 0 } }),
      B: {
        Type: 'Parallel',
        Branches: [scopeOf({ Inner: task('bad') })],
        Assign: { y: 1 },
        Catch: [
          {
            ErrorEquals: ['States.ALL'],
            Next: 'C',
            Assign: { x: '{% $x & " " & $states.errorOutput.Error %}', was: '{% $x %}' },
          },
        ],
        Next: 'C',
      },
      C: succeed({ x: '{% $x %}', was: '{% $was %}', y: '{% $y %}' }),
    }),
    script: { ...f, bad: [{ error: 'Odd' }] },
    path: 'A B C',
    end: succeeds({ x: 'before Odd', was: 'before', y: 0 }),
  },
  {
    title: 'Assign: a branch sees the variables around it, and its own are gone with it',
    machine: machineOf({
      A: assigning({ Assign: { outer: 'seen' } }),
      B: {
        Type: 'Parallel',
        Branches: [
          scopeOf({
            Left: task('f', { Assign: { own: 'left' }, Next: 'LeftEnd' }),
            LeftEnd: succeed('{% $outer & " " & $own %}'),
          }),
          scopeOf({
            Right: task('f', { Assign: { own: 'right' }, Next: 'RightEnd' }),
            RightEnd: succeed('{% $outer & " " & $own %}'),
          }),
        ],
        Next: 'C',
      },
      C: succeed({ branches: '{% $states.input %}', own: '{% $exists($own) %}' }),
    }),
    script: f,
    path: 'A B C',
    end: succeeds({ branches: ['seen left', 'seen right'], own: false }),
  },
  {
    title: 'Assign: each item of an inline map has its own, and leaves none behind',
    machine: machineOf({
      A: assigning({ Assign: { outer: 'seen' } }),
      B: {
        Type: 'Map',
        Items: [1, 2, 3],
        MaxConcurrency: 1,
        ItemProcessor: inline({
          First: {
            Type: 'Choice',
            Choices: [{ Condition: '{% $exists($own) %}', Next: 'Leaked' }],
            Default: 'Own',
          },
          Leaked: succeed('leaked'),
          Own: task('f', { Assign: { own: '{% $states.input %}' }, Next: 'Item' }),
          Item: succeed('{% $outer & " " & $string($own) %}'),
        }),
        Next: 'C',
      },
      C: succeed({ items: '{% $states.input %}', own: '{% $exists($own) %}' }),
    }),
    script: f,
    path: 'A B C',
    end: succeeds({ items: ['seen 1', 'seen 2', 'seen 3'], own: false }),
  },
  {
    title: 'JSONata: an undefined result in Arguments is States.QueryEvaluationError; nothing is called',
    machine: machineOf({
      A: task('f', {
        Arguments: { FunctionName: '${f}', Payload: { x: '{% $states.input.missing %}' } },
        ...catching(['States.QueryEvaluationError', 'C']),
      }),
      C: caught,
    }),
    script: f,
    path: 'A C',
    end: succeeds({ error: 'States.QueryEvaluationError' }),
  },
  {
    title: 'JSONata: an undefined result in Output is caught as well, after the call',
    machine: machineOf({
      A: task('f', {
        Output: { x: '{% $states.result.Payload.missing %}' },
        ...catching(['States.ALL', 'C']),
      }),
      C: caught,
    }),
    script: f,
    path: 'A C',
    end: succeeds({ error: 'States.QueryEvaluationError' }),
  },
  {
    title: 'JSONata: an operator on the wrong type is States.QueryEvaluationError',
    machine: machineOf({
      A: task('f', {
        Assign: { x: '{% $states.result.Payload + "1" %}' },
        ...catching(['States.QueryEvaluationError', 'C']),
      }),
      C: caught,
    }),
    script: f,
    path: 'A C',
    end: succeeds({ error: 'States.QueryEvaluationError' }),
  },
  {
    title: 'JSONata: null is a result, and an undefined field of an object is left out',
    machine: machineOf({
      A: task('f', {
        Output: {
          none: '{% $states.result.Payload %}',
          object: '{% {"a": 1, "b": $states.result.missing} %}',
        },
      }),
    }),
    script: { f: [{ payload: null }] },
    path: 'A',
    end: succeeds({ none: null, object: { a: 1 } }),
  },
  {
    title: 'JSONata: a function that returns nothing has returned null',
    machine: machineOf({ A: task('f', { Output: '{% $states.result.Payload %}' }) }),
    script: { f: [{}] },
    path: 'A',
    end: succeeds(null),
  },
  {
    title: 'JSONata: a task that waits for no token has none in its context',
    machine: machineOf({ A: task('f', { Output: '{% $exists($states.context.Task) %}' }) }),
    script: f,
    path: 'A',
    end: succeeds(false),
  },
  {
    title: 'JSONata: one match is a value, several are an array',
    machine: machineOf({
      A: succeed({
        one: '{% $states.input.of[kind = "a"].n %}',
        two: '{% $states.input.of[kind = "b"].n %}',
        list: '{% [$states.input.of[kind = "a"].n] %}',
      }),
    }),
    input: {
      of: [
        { kind: 'a', n: 1 },
        { kind: 'b', n: 2 },
        { kind: 'b', n: 3 },
      ],
    },
    path: 'A',
    end: succeeds({ one: 1, two: [2, 3], list: [1] }),
  },
  {
    title: 'Choice: the first condition that is true',
    machine: machineOf({
      A: {
        Type: 'Choice',
        Choices: [
          { Condition: '{% $states.input.n > 5 %}', Next: 'Many' },
          { Condition: '{% $states.input.n > 1 %}', Next: 'Some' },
          { Condition: '{% $states.input.n > 0 %}', Next: 'One' },
        ],
        Default: 'None',
      },
      Many: succeed('many'),
      Some: succeed('some'),
      One: succeed('one'),
      None: succeed('none'),
    }),
    input: { n: 3 },
    path: 'A Some',
    end: succeeds('some'),
  },
  {
    title: 'Choice: none is true: Default, and the input goes on',
    machine: machineOf({
      A: {
        Type: 'Choice',
        Choices: [{ Condition: '{% $states.input.n > 5 %}', Next: 'Many' }],
        Default: 'None',
      },
      Many: succeed('many'),
      None: succeed(),
    }),
    input: { n: 3 },
    path: 'A None',
    end: succeeds({ n: 3 }),
  },
  {
    title: 'Choice: none is true and there is no Default: States.NoChoiceMatched',
    machine: machineOf({
      A: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.n > 5 %}', Next: 'Many' }] },
      Many: succeed(),
    }),
    input: { n: 3 },
    path: '',
    end: fails('States.NoChoiceMatched'),
  },
  {
    title: 'Choice: a condition that is no boolean is States.QueryEvaluationError',
    machine: machineOf({
      A: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.n %}', Next: 'Many' }], Default: 'None' },
      Many: succeed('many'),
      None: succeed('none'),
    }),
    input: { n: 3 },
    path: '',
    end: fails('States.QueryEvaluationError'),
  },
  {
    title: 'Succeed: its Output is the end of the execution',
    machine: machineOf({
      S: succeed({ n: '{% $states.input.n * 2 %}', at: ['{% $states.input.n %}', 'as it is'], flag: true }),
    }),
    input: { n: 3 },
    path: 'S',
    end: succeeds({ n: 6, at: [3, 'as it is'], flag: true }),
  },
  {
    title: 'Succeed in a branch ends the branch alone',
    machine: machineOf({
      P: {
        Type: 'Parallel',
        Branches: [scopeOf({ S: succeed('one') }), scopeOf({ T: task('f', { Output: 'two' }) })],
        Next: 'E',
      },
      E: succeed({ all: '{% $states.input %}' }),
    }),
    script: f,
    path: 'P E',
    end: succeeds({ all: ['one', 'two'] }),
  },
  {
    title: 'Wait: Seconds, with Assign and Output from its input',
    machine: machineOf({
      W: {
        Type: 'Wait',
        Seconds: 1,
        Assign: { n: '{% $states.input.n %}' },
        Output: { was: '{% $states.input.n %}' },
        Next: 'E',
      },
      E: succeed({ n: '{% $n %}', was: '{% $states.input.was %}' }),
    }),
    input: { n: 3 },
    path: 'W E',
    end: succeeds({ n: 3, was: 3 }),
  },
  {
    title: 'Wait: a Timestamp that is past holds up nothing',
    machine: machineOf({
      W: { Type: 'Wait', Timestamp: '{% $states.input.at %}', Next: 'E' },
      E: succeed(),
    }),
    input: { at: '2026-01-01T00:00:00Z' },
    path: 'W E',
    end: succeeds({ at: '2026-01-01T00:00:00Z' }),
  },
];
