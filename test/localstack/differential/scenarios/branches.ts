import {
  asking,
  catching,
  distributed,
  fails,
  inline,
  machineOf,
  type Scenario,
  scopeOf,
  succeed,
  succeeds,
  task,
} from '../scenario.ts';

const item = { Output: '{% $states.result.Payload %}' };
const parallel = (more: object) => ({ Type: 'Parallel', ...('Next' in more ? {} : { End: true }), ...more });
const caught = succeed({ error: '{% $states.input.Error %}' });
/** Items by their number: `byNumber([1, answer], …)`. */
const byNumber = <Answer>(answers: Readonly<Record<number, readonly [Answer, ...Answer[]]>>) => ({
  by: 'n',
  answers,
});
const numbered = (...numbers: number[]) => numbers.map((n) => ({ n }));

export const branches: readonly Scenario[] = [
  {
    title: 'Parallel: results stand in the order of the branches, whoever is first',
    machine: machineOf({
      P: parallel({
        Branches: [scopeOf({ Slow: task('slow', item) }), scopeOf({ Quick: task('quick', item) })],
      }),
    }),
    script: { slow: [{ payload: 'slow', delayMs: 1_000 }], quick: [{ payload: 'quick' }] },
    path: 'P',
    end: succeeds(['slow', 'quick']),
  },
  {
    title: 'Parallel: the first branch to fail fails it with its own error, and ends the others',
    machine: machineOf({
      P: parallel({
        Branches: [
          scopeOf({ Bad: task('bad') }),
          scopeOf({ Long: { Type: 'Wait', Seconds: 120, Next: 'After' }, After: succeed() }),
        ],
        ...catching(['Odd', 'C']),
      }),
      C: caught,
    }),
    script: { bad: [{ error: 'Odd', cause: 'odd', delayMs: 300 }] },
    path: 'P C',
    end: succeeds({ error: 'Odd' }),
  },
  {
    title: 'Parallel: a retry begins every branch again',
    machine: machineOf({
      P: parallel({
        Branches: [scopeOf({ Good: task('good', item) }), scopeOf({ Bad: task('bad', item) })],
        Retry: [{ ErrorEquals: ['Odd'], IntervalSeconds: 1, MaxAttempts: 1 }],
      }),
    }),
    script: {
      good: [{ payload: 'good' }],
      bad: [{ error: 'Odd', delayMs: 3_000 }, { payload: 'at last' }],
    },
    path: 'P',
    end: succeeds(['good', 'at last']),
  },
  {
    title: 'Parallel: a branch’s own Fail is the error that is caught',
    machine: machineOf({
      P: parallel({
        Branches: [
          scopeOf({ F: { Type: 'Fail', Error: 'Own', Cause: '{% "because " & $states.input.why %}' } }),
        ],
        ...catching(['States.ALL', 'C']),
      }),
      C: succeed(),
    }),
    input: { why: 'it must' },
    path: 'P C',
    end: succeeds({ Error: 'Own', Cause: 'because it must' }),
  },
  {
    title: 'Map: one at a time, in the order of the items',
    machine: machineOf({
      M: {
        Type: 'Map',
        Items: '{% $states.input.items %}',
        MaxConcurrency: 1,
        ItemProcessor: inline({ I: task('f', item) }),
        End: true,
      },
    }),
    input: { items: numbered(1, 2, 3) },
    script: { f: byNumber({ 1: [{ payload: 'a' }], 2: [{ payload: 'b' }], 3: [{ payload: 'c' }] }) },
    path: 'M',
    end: succeeds(['a', 'b', 'c']),
  },
  {
    title: 'Map: results stand in the order of the items, whoever is first',
    machine: machineOf({
      M: {
        Type: 'Map',
        Items: '{% $states.input.items %}',
        MaxConcurrency: 2,
        ItemSelector: {
          n: '{% $states.context.Map.Item.Value.n %}',
          at: '{% $states.context.Map.Item.Index %}',
          of: '{% $states.input.name %}',
        },
        ItemProcessor: inline({
          I: task('f', { Output: '{% [$states.input.at, $states.result.Payload] %}' }),
        }),
        End: true,
      },
    }),
    input: { name: 'all', items: numbered(1, 2, 3) },
    script: {
      f: byNumber({ 1: [{ payload: 'a', delayMs: 1_000 }], 2: [{ payload: 'b' }], 3: [{ payload: 'c' }] }),
    },
    path: 'M',
    end: succeeds([
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
    ]),
  },
  {
    title: 'Map: an item that fails fails the map with its own error, and nothing more is begun',
    machine: machineOf({
      M: {
        Type: 'Map',
        Items: '{% $states.input.items %}',
        MaxConcurrency: 1,
        ItemProcessor: inline({ I: task('f', item) }),
        ...catching(['Odd', 'C']),
        End: true,
      },
      C: caught,
    }),
    input: { items: numbered(1, 2, 3) },
    script: { f: byNumber({ 1: [{ payload: 'a' }], 2: [{ error: 'Odd' }], 3: [{ payload: 'c' }] }) },
    path: 'M C',
    end: succeeds({ error: 'Odd' }),
  },
  {
    title: 'Map: no items, no work, an empty result',
    machine: machineOf({
      M: {
        Type: 'Map',
        Items: '{% $states.input.items %}',
        ItemProcessor: inline({ I: task('f') }),
        End: true,
      },
    }),
    input: { items: [] },
    path: 'M',
    end: succeeds([]),
  },
  {
    title: 'Map: Items that are no array are States.QueryEvaluationError',
    machine: machineOf({
      M: {
        Type: 'Map',
        Items: '{% $states.input.items %}',
        ItemProcessor: inline({ I: task('f') }),
        ...catching(['States.QueryEvaluationError', 'C']),
        End: true,
      },
      C: caught,
    }),
    input: { items: 'none' },
    path: 'M C',
    end: succeeds({ error: 'States.QueryEvaluationError' }),
  },
  {
    title: 'Map: a map in a map',
    machine: machineOf({
      Outer: {
        Type: 'Map',
        Items: '{% $states.input.rows %}',
        MaxConcurrency: 1,
        ItemProcessor: inline({
          Inner: {
            Type: 'Map',
            Items: '{% $states.input %}',
            MaxConcurrency: 1,
            ItemProcessor: inline({ I: task('f', item) }),
            End: true,
          },
        }),
        End: true,
      },
    }),
    input: { rows: [numbered(1, 2), numbered(3)] },
    script: { f: byNumber({ 1: [{ payload: 'a' }], 2: [{ payload: 'b' }], 3: [{ payload: 'c' }] }) },
    path: 'Outer',
    end: succeeds([['a', 'b'], ['c']]),
  },
  {
    title: 'distributed Map: items from an object, every failure tolerated by an expression',
    machine: machineOf({
      M: distributed(
        'tolerated',
        { I: task('f', item) },
        {
          ToleratedFailurePercentage: '{% 100 %}',
          MaxConcurrency: 2,
          Output: { count: '{% $count($states.result) %}', first: '{% $states.result[0] %}' },
        },
      ),
    }),
    objects: { tolerated: numbered(1, 2, 3) },
    script: { f: byNumber({ 1: [{ payload: 'a' }], 2: [{ error: 'Odd' }], 3: [{ error: 'Odd' }] }) },
    path: 'M',
    end: succeeds({ count: 3, first: 'a' }),
  },
  {
    title: 'distributed Map: as many failures as are tolerated are tolerated',
    machine: machineOf({
      M: distributed(
        'half',
        { I: task('f', item) },
        {
          ToleratedFailurePercentage: '{% $states.input.tolerated %}',
          Output: '{% $count($states.result) %}',
        },
      ),
    }),
    input: { tolerated: 50 },
    objects: { half: numbered(1, 2) },
    script: { f: byNumber({ 1: [{ payload: 'a' }], 2: [{ error: 'Odd' }] }) },
    path: 'M',
    end: succeeds(2),
  },
  {
    title:
      'distributed Map: without a tolerance one failure is too many: States.ExceedToleratedFailureThreshold',
    machine: machineOf({
      M: distributed(
        'one',
        { I: task('f', item) },
        {
          ...catching(['States.ExceedToleratedFailureThreshold', 'C']),
          Output: '{% $count($states.result) %}',
        },
      ),
      C: caught,
    }),
    objects: { one: numbered(1, 2) },
    script: { f: byNumber({ 1: [{ payload: 'a' }], 2: [{ error: 'Odd' }] }) },
    path: 'M C',
    end: succeeds({ error: 'States.ExceedToleratedFailureThreshold' }),
  },
  {
    title: 'distributed Map: an object that is not there is States.ItemReaderFailed',
    machine: machineOf({
      M: distributed('nowhere', { I: task('f') }, { ...catching(['States.ItemReaderFailed', 'C']) }),
      C: caught,
    }),
    path: 'M C',
    end: succeeds({ error: 'States.ItemReaderFailed' }),
  },
  {
    title: 'distributed Map: its items see no variable of the machine',
    machine: machineOf({
      A: task('f', { Assign: { outer: 'seen' }, Next: 'M' }),
      M: distributed('unseen', { I: succeed('{% $exists($outer) %}') }),
    }),
    objects: { unseen: numbered(1) },
    script: { f: [{ payload: null }] },
    path: 'A M',
    end: succeeds([false]),
  },
  {
    title: 'distributed Map: its ItemSelector sees them, and its items have what it selects',
    machine: machineOf({
      A: task('f', { Assign: { outer: 'seen' }, Next: 'M' }),
      M: distributed(
        'selected',
        { I: succeed('{% $states.input %}') },
        {
          ItemSelector: { n: '{% $states.context.Map.Item.Value.n %}', outer: '{% $outer %}' },
        },
      ),
    }),
    objects: { selected: numbered(1, 2) },
    script: { f: [{ payload: null }] },
    path: 'A M',
    end: succeeds([
      { n: 1, outer: 'seen' },
      { n: 2, outer: 'seen' },
    ]),
  },
  {
    title: 'Parallel: a branch that waits for its token is let go when another fails',
    machine: machineOf({
      P: parallel({
        Branches: [scopeOf({ Asks: asking('ask') }), scopeOf({ Bad: task('bad') })],
        ...catching(['States.ALL', 'C']),
      }),
      C: caught,
    }),
    script: { ask: [{ payload: null }], bad: [{ error: 'Odd', delayMs: 3_000 }] },
    path: 'P C',
    end: succeeds({ error: 'Odd' }),
  },
  {
    title: 'an error that nothing catches fails the execution with its name',
    machine: machineOf({ A: task('f', catching(['Other', 'C'])), C: succeed() }),
    script: { f: [{ error: 'Odd', cause: 'two' }] },
    path: '',
    end: fails('Odd', 'two'),
  },
];
