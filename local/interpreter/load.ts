import { RekeyError } from '../../shared/domain/errors.ts';
import { compileTemplate, type Template } from './expression.ts';
import type { Catcher, LoadedState, Machine, Retrier } from './machine.ts';

type Json = Readonly<Record<string, unknown>>;

const FLOW = ['Type', 'Comment', 'Next', 'End', 'Assign', 'Output'];
const HANDLED = [...FLOW, 'Retry', 'Catch'];

/** Exactly the fields that our machines use. Everything else is refused: a field that is ignored changes what a machine does. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Task: [...HANDLED, 'Resource', 'Arguments', 'TimeoutSeconds', 'HeartbeatSeconds'],
  Parallel: [...HANDLED, 'Branches'],
  Map: [
    ...HANDLED,
    'Label',
    'Items',
    'ItemReader',
    'ItemSelector',
    'ItemProcessor',
    'MaxConcurrency',
    'ToleratedFailurePercentage',
  ],
  Choice: ['Type', 'Comment', 'Choices', 'Default'],
  Wait: [...FLOW, 'Seconds', 'Timestamp'],
  Succeed: ['Type', 'Comment', 'Output'],
  Fail: ['Type', 'Comment', 'Error', 'Cause'],
};

const LAMBDA = 'arn:aws:states:::lambda:invoke';
const ITEM_READER = 'arn:aws:states:::s3:getObject';

export interface LoadOptions {
  /** What `${Name}` stands for. */
  readonly substitutions: Readonly<Record<string, string>>;
}

/** Checks and compiles a machine; throws `Validation` `machine-refused` with every fault, naming state and field. */
export function loadMachine(definition: unknown, options: LoadOptions): Machine {
  const faults: string[] = [];
  const whole = asObject(definition, 'the machine', faults);
  checkFields(whole, ['Comment', 'QueryLanguage', 'StartAt', 'States'], 'the machine', faults);
  if (whole['QueryLanguage'] !== 'JSONata') faults.push('the machine: QueryLanguage is not JSONata');
  const machine = new Loader(options, faults).machine(whole, '', new Set());
  if (faults.length > 0) {
    throw new RekeyError({
      code: 'machine-refused',
      family: 'Validation',
      message: `the machine cannot be run exactly as written:\n${faults.join('\n')}`,
      safe: 'Nothing was run.',
    });
  }
  return machine;
}

function asObject(value: unknown, where: string, faults: string[]): Json {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Json;
  faults.push(`${where}: is no object`);
  return {};
}

function checkFields(value: Json, allowed: readonly string[], where: string, faults: string[]): void {
  for (const field of Object.keys(value)) {
    if (!allowed.includes(field)) faults.push(`${where}: ${field} is not implemented`);
  }
}

class Loader {
  readonly #options: LoadOptions;
  readonly #faults: string[];

  constructor(options: LoadOptions, faults: string[]) {
    this.#options = options;
    this.#faults = faults;
  }

  /** `outer`: names that the surrounding scopes assign; an inner Assign to one is refused, as Step Functions does. */
  machine(definition: Json, where: string, outer: ReadonlySet<string>): Machine {
    const states = asObject(definition['States'], `${where || 'the machine'}: States`, this.#faults);
    const startAt = String(definition['StartAt']);
    const names = new Set(Object.keys(states));
    if (!names.has(startAt)) this.#fault(where || 'the machine', 'StartAt', `names no state (${startAt})`);
    const own = new Set(outer);
    for (const state of Object.values(states)) {
      for (const name of assignedBy(state)) own.add(name);
    }
    const loaded = new Map(
      Object.entries(states).map(([name, state]) => [
        name,
        this.#state(name, asObject(state, name, this.#faults), names, { outer, own }),
      ]),
    );
    this.#checkReach(startAt, loaded, where);
    return { startAt, states: loaded };
  }

  #fault(state: string, field: string, why: string): void {
    this.#faults.push(`${state}: ${field} ${why}`);
  }

  #checkReach(startAt: string, states: ReadonlyMap<string, LoadedState>, where: string): void {
    const reached = new Set<string>();
    const open = [startAt];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      const state = states.get(name);
      if (state === undefined || reached.has(name)) continue;
      reached.add(name);
      open.push(...nextOf(state));
    }
    for (const name of states.keys()) {
      if (!reached.has(name))
        this.#fault(name, 'Next', `of no state leads here${where === '' ? '' : ` in ${where}`}`);
    }
  }

  #template(state: string, field: string, value: unknown): Template {
    return compileTemplate(this.#substitute(state, field, value), (why) => this.#fault(state, field, why));
  }

  #substitute(state: string, field: string, value: unknown): unknown {
    if (typeof value === 'string') {
      return value.replaceAll(/\$\{([^}]*)\}/g, (whole, name: string) => {
        const known = this.#options.substitutions[name];
        if (known === undefined) this.#fault(state, field, `needs a substitution for ${whole}`);
        return known ?? whole;
      });
    }
    if (Array.isArray(value)) return value.map((item) => this.#substitute(state, field, item));
    if (value !== null && typeof value === 'object') {
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, this.#substitute(state, field, item)]),
      );
    }
    return value;
  }

  #target(state: string, field: string, value: unknown, names: ReadonlySet<string>): string {
    if (typeof value !== 'string' || !names.has(value))
      this.#fault(state, field, `names no state (${String(value)})`);
    return String(value);
  }

  #state(
    name: string,
    state: Json,
    names: ReadonlySet<string>,
    scope: { readonly outer: ReadonlySet<string>; readonly own: ReadonlySet<string> },
  ): LoadedState {
    const type = String(state['Type']);
    const allowed = FIELDS[type];
    if (allowed === undefined) {
      this.#fault(name, 'Type', `${type} is not implemented`);
      return { type: 'Succeed', name };
    }
    checkFields(state, allowed, name, this.#faults);
    for (const variable of assignedBy(state)) {
      if (scope.outer.has(variable))
        this.#fault(name, 'Assign', `of ${variable} reaches into an outer scope`);
    }
    switch (type) {
      case 'Task':
        return this.#task(name, state, names);
      case 'Parallel': {
        const branches = Array.isArray(state['Branches']) ? (state['Branches'] as unknown[]) : [];
        if (branches.length === 0) this.#fault(name, 'Branches', 'is empty');
        return {
          type,
          ...this.#flow(name, state, names),
          ...this.#handled(name, state, names),
          branches: branches.map((branch, index) => {
            const where = `${name} branch ${index + 1}`;
            const definition = asObject(branch, where, this.#faults);
            checkFields(definition, ['Comment', 'StartAt', 'States'], where, this.#faults);
            return this.machine(definition, where, scope.own);
          }),
        };
      }
      case 'Map':
        return this.#map(name, state, names, scope.own);
      case 'Choice': {
        const choices = Array.isArray(state['Choices']) ? (state['Choices'] as unknown[]) : [];
        if (choices.length === 0) this.#fault(name, 'Choices', 'is empty');
        return {
          type,
          name,
          choices: choices.map((choice) => {
            const rule = asObject(choice, `${name}: Choices`, this.#faults);
            checkFields(rule, ['Condition', 'Next'], `${name}: Choices`, this.#faults);
            return {
              condition: this.#template(name, 'Condition', rule['Condition']),
              next: this.#target(name, 'Choices', rule['Next'], names),
            };
          }),
          ...(state['Default'] === undefined
            ? {}
            : { default: this.#target(name, 'Default', state['Default'], names) }),
        };
      }
      case 'Wait': {
        const { Seconds: seconds, Timestamp: timestamp } = state;
        if ((seconds === undefined) === (timestamp === undefined))
          this.#fault(name, 'Wait', 'takes Seconds or Timestamp');
        if (seconds !== undefined && typeof seconds !== 'number')
          this.#fault(name, 'Seconds', 'is no number');
        return {
          type,
          ...this.#flow(name, state, names),
          ...(seconds === undefined ? {} : { seconds: Number(seconds) }),
          ...(timestamp === undefined ? {} : { timestamp: this.#template(name, 'Timestamp', timestamp) }),
        };
      }
      case 'Succeed':
        return {
          type,
          name,
          ...(state['Output'] === undefined
            ? {}
            : { output: this.#template(name, 'Output', state['Output']) }),
        };
      default:
        return {
          type: 'Fail',
          name,
          error: this.#template(name, 'Error', state['Error'] ?? ''),
          cause: this.#template(name, 'Cause', state['Cause'] ?? ''),
        };
    }
  }

  #task(name: string, state: Json, names: ReadonlySet<string>): LoadedState {
    const resource = String(state['Resource']);
    if (resource !== LAMBDA && resource !== `${LAMBDA}.waitForTaskToken`) {
      this.#fault(name, 'Resource', `${resource} is not implemented`);
    }
    const given = asObject(state['Arguments'], `${name}: Arguments`, this.#faults);
    checkFields(given, ['FunctionName', 'Payload'], `${name}: Arguments`, this.#faults);
    const waitsForToken = resource.endsWith('.waitForTaskToken');
    const timeoutSeconds = state['TimeoutSeconds'];
    if (timeoutSeconds === undefined) this.#fault(name, 'TimeoutSeconds', 'is missing: every task has one');
    else if (typeof timeoutSeconds !== 'number' && !waitsForToken)
      this.#fault(name, 'TimeoutSeconds', 'by expression, of a task without a token, is not implemented');
    const heartbeatSeconds = state['HeartbeatSeconds'];
    if (heartbeatSeconds !== undefined) {
      if (!waitsForToken)
        this.#fault(name, 'HeartbeatSeconds', 'of a task without a token is not implemented');
      if (typeof heartbeatSeconds !== 'number' || heartbeatSeconds >= Number(timeoutSeconds))
        this.#fault(name, 'HeartbeatSeconds', 'is no number below TimeoutSeconds');
    }
    return {
      type: 'Task',
      ...this.#flow(name, state, names),
      ...this.#handled(name, state, names),
      waitsForToken,
      functionName: String(this.#substitute(name, 'FunctionName', given['FunctionName'])),
      payload: this.#template(name, 'Payload', given['Payload'] ?? {}),
      timeoutSeconds: this.#template(name, 'TimeoutSeconds', timeoutSeconds ?? 0),
      ...(heartbeatSeconds === undefined ? {} : { heartbeatSeconds: Number(heartbeatSeconds) }),
    };
  }

  #map(name: string, state: Json, names: ReadonlySet<string>, own: ReadonlySet<string>): LoadedState {
    const processor = asObject(state['ItemProcessor'], `${name}: ItemProcessor`, this.#faults);
    checkFields(
      processor,
      ['ProcessorConfig', 'StartAt', 'States', 'Comment'],
      `${name}: ItemProcessor`,
      this.#faults,
    );
    const config = asObject(processor['ProcessorConfig'], `${name}: ProcessorConfig`, this.#faults);
    checkFields(config, ['Mode', 'ExecutionType'], `${name}: ProcessorConfig`, this.#faults);
    const distributed = config['Mode'] === 'DISTRIBUTED';
    if (!distributed && config['Mode'] !== 'INLINE')
      this.#fault(name, 'Mode', `${String(config['Mode'])} is not implemented`);
    if (distributed && config['ExecutionType'] !== 'STANDARD')
      this.#fault(name, 'ExecutionType', 'is not STANDARD');
    let reader: Template | null = null;
    if (distributed) {
      const source = asObject(state['ItemReader'], `${name}: ItemReader`, this.#faults);
      checkFields(source, ['Resource', 'ReaderConfig', 'Arguments'], `${name}: ItemReader`, this.#faults);
      if (source['Resource'] !== ITEM_READER)
        this.#fault(name, 'ItemReader', `${String(source['Resource'])} is not implemented`);
      const format = asObject(source['ReaderConfig'], `${name}: ReaderConfig`, this.#faults);
      checkFields(format, ['InputType'], `${name}: ReaderConfig`, this.#faults);
      if (format['InputType'] !== 'JSON')
        this.#fault(name, 'InputType', `${String(format['InputType'])} is not implemented`);
      const place = asObject(source['Arguments'], `${name}: ItemReader`, this.#faults);
      checkFields(place, ['Bucket', 'Key'], `${name}: ItemReader`, this.#faults);
      reader = this.#template(name, 'ItemReader', place);
      if (state['Items'] !== undefined) this.#fault(name, 'Items', 'beside ItemReader is not implemented');
    } else {
      for (const field of ['ItemReader', 'Label', 'ToleratedFailurePercentage']) {
        if (state[field] !== undefined) this.#fault(name, field, 'of an inline map is not implemented');
      }
      if (state['Items'] === undefined) this.#fault(name, 'Items', 'is missing');
    }
    const concurrency = state['MaxConcurrency'] ?? 0;
    if (typeof concurrency !== 'number' || concurrency < 0)
      this.#fault(name, 'MaxConcurrency', 'is no number');
    const tolerated = state['ToleratedFailurePercentage'];
    return {
      type: 'Map',
      ...this.#flow(name, state, names),
      ...this.#handled(name, state, names),
      reader,
      items: distributed ? null : this.#template(name, 'Items', state['Items']),
      selector: this.#template(
        name,
        'ItemSelector',
        state['ItemSelector'] ?? '{% $states.context.Map.Item.Value %}',
      ),
      maxConcurrency: Number(concurrency),
      toleratedFailurePercentage:
        tolerated === undefined ? null : this.#template(name, 'ToleratedFailurePercentage', tolerated),
      // A distributed map's items are executions of their own: no outer variable is theirs to see or to shadow.
      processor: this.machine(processor, name, distributed ? new Set() : own),
    };
  }

  #flow(name: string, state: Json, names: ReadonlySet<string>) {
    const { Next: next, End: end } = state;
    if ((next === undefined) === (end !== true)) this.#fault(name, 'Next', 'or End: exactly one of them');
    return {
      name,
      ...(state['Assign'] === undefined ? {} : { assign: this.#template(name, 'Assign', state['Assign']) }),
      ...(state['Output'] === undefined ? {} : { output: this.#template(name, 'Output', state['Output']) }),
      ...(next === undefined ? {} : { next: this.#target(name, 'Next', next, names) }),
    };
  }

  #handled(name: string, state: Json, names: ReadonlySet<string>) {
    const list = (field: string) => {
      const entries = state[field] === undefined ? [] : (state[field] as unknown[]);
      entries.forEach((entry, index) => {
        const errors = (entry as Json | null)?.['ErrorEquals'];
        if (!Array.isArray(errors) || !errors.includes('States.ALL')) return;
        if (errors.length > 1 || index < entries.length - 1)
          this.#fault(name, field, 'names States.ALL, which stands alone and last');
      });
      return entries;
    };
    return {
      retry: list('Retry').map((entry): Retrier => {
        const retrier = asObject(entry, `${name}: Retry`, this.#faults);
        checkFields(
          retrier,
          [
            'ErrorEquals',
            'IntervalSeconds',
            'MaxAttempts',
            'BackoffRate',
            'MaxDelaySeconds',
            'JitterStrategy',
          ],
          `${name}: Retry`,
          this.#faults,
        );
        return {
          errors: this.#errors(name, 'Retry', retrier['ErrorEquals']),
          intervalSeconds: Number(retrier['IntervalSeconds'] ?? 1),
          maxAttempts: Number(retrier['MaxAttempts'] ?? 3),
          backoffRate: Number(retrier['BackoffRate'] ?? 2),
          maxDelaySeconds: Number(retrier['MaxDelaySeconds'] ?? Number.POSITIVE_INFINITY),
          jitter: retrier['JitterStrategy'] === 'FULL',
        };
      }),
      catch: list('Catch').map((entry): Catcher => {
        const catcher = asObject(entry, `${name}: Catch`, this.#faults);
        checkFields(catcher, ['ErrorEquals', 'Next', 'Assign', 'Output'], `${name}: Catch`, this.#faults);
        return {
          errors: this.#errors(name, 'Catch', catcher['ErrorEquals']),
          next: this.#target(name, 'Catch', catcher['Next'], names),
          ...(catcher['Assign'] === undefined
            ? {}
            : { assign: this.#template(name, 'Catch', catcher['Assign']) }),
          ...(catcher['Output'] === undefined
            ? {}
            : { output: this.#template(name, 'Catch', catcher['Output']) }),
        };
      }),
    };
  }

  #errors(name: string, field: string, value: unknown): string[] {
    if (Array.isArray(value) && value.length > 0 && value.every((error) => typeof error === 'string'))
      return value;
    this.#fault(name, field, 'needs ErrorEquals, a list of names');
    return [];
  }
}

function assignedBy(state: unknown): string[] {
  if (state === null || typeof state !== 'object') return [];
  const { Assign: own, Catch: catchers } = state as { Assign?: object; Catch?: unknown };
  const caught = Array.isArray(catchers)
    ? catchers.flatMap((catcher: { Assign?: object }) => Object.keys(catcher.Assign ?? {}))
    : [];
  return [...Object.keys(own ?? {}), ...caught];
}

function nextOf(state: LoadedState): string[] {
  switch (state.type) {
    case 'Choice':
      return [
        ...state.choices.map((choice) => choice.next),
        ...(state.default === undefined ? [] : [state.default]),
      ];
    case 'Succeed':
    case 'Fail':
      return [];
    case 'Wait':
      return state.next === undefined ? [] : [state.next];
    case 'Task':
    case 'Parallel':
    case 'Map':
      return [
        ...(state.next === undefined ? [] : [state.next]),
        ...state.catch.map((catcher) => catcher.next),
      ];
  }
}
