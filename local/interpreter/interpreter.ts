import { RekeyError } from '../../shared/domain/errors.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import type { Frame, Journal } from './journal.ts';
import type {
  Catcher,
  LoadedState,
  Machine,
  MapState,
  ParallelState,
  Retrier,
  TaskState,
} from './machine.ts';
import { matches, StateError, withinLimit } from './state-error.ts';

export interface InterpreterParts {
  readonly machine: Machine;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: Random;
  /** Calls a function; an error's `name` is what Catch and Retry see, its message the cause. */
  invoke(functionName: string, payload: unknown, signal: AbortSignal): Promise<unknown>;
  readItems(place: { readonly Bucket: unknown; readonly Key: unknown }): Promise<readonly unknown[]>;
}

export type ExecutionEnd = NonNullable<Frame['end']>;

export interface Interpreter {
  /** Starts an execution. The same name and input again is a no-op; another input is `Conflict` `execution-exists`. */
  start(name: string, input: unknown): Promise<void>;
  /** Carries on what a process before this one left; their names. */
  resumeAll(): Promise<string[]>;
  whenDone(name: string): Promise<ExecutionEnd>;
  /** Lets go at the next transition; what is under way is carried on by the next process. */
  stop(): Promise<void>;
}

const ANSWER_LOOK_MS = 25;
/** A timer that is set to more fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** How a state is left. */
type Exit = { readonly to: string | null; readonly output: unknown; readonly variables: Frame['variables'] };

class Stopped extends Error {}

/** Runs one machine's executions with Step Functions' semantics, each transition durable before the next begins. */
export function createInterpreter(parts: InterpreterParts): Interpreter {
  const running = new Map<string, Promise<ExecutionEnd>>();
  const stopping = new AbortController();

  function launch(name: string, input: unknown, startedAtMs: number, known: readonly Frame[]): void {
    const run = new Run(parts, { name, input, startedAtMs }, known, stopping.signal);
    const done = run.machine(parts.machine, '', input, {}, stopping.signal).then((end) => {
      running.delete(name);
      return end;
    });
    done.catch(() => running.delete(name));
    running.set(name, done);
  }

  return {
    async start(name, input) {
      const startedAtMs = parts.clock.nowMs();
      if (await parts.journal.create({ name, input, startedAtMs })) {
        launch(name, input, startedAtMs, []);
        return;
      }
      const known = await parts.journal.execution(name);
      if (JSON.stringify(known?.input) === JSON.stringify(input)) return;
      throw new RekeyError({
        code: 'execution-exists',
        family: 'Conflict',
        message: `an execution ${name} with another input exists`,
        safe: 'Nothing was started.',
      });
    },
    async resumeAll() {
      const names = await parts.journal.running();
      for (const name of names) {
        const execution = await parts.journal.execution(name);
        if (execution === null || running.has(name)) continue;
        launch(name, execution.input, execution.startedAtMs, await parts.journal.frames(name));
      }
      return names;
    },
    async whenDone(name) {
      const own = running.get(name);
      if (own !== undefined) return own;
      const execution = await parts.journal.execution(name);
      if (execution?.end !== undefined) return execution.end;
      throw new RekeyError({
        code: 'execution-unknown',
        family: 'NotFound',
        message: `no execution ${name} runs here`,
      });
    },
    async stop() {
      stopping.abort();
      await Promise.allSettled(running.values());
    },
  };
}

interface ExecutionInfo {
  readonly name: string;
  readonly input: unknown;
  readonly startedAtMs: number;
}

/** One execution in this process. */
class Run {
  readonly #parts: InterpreterParts;
  readonly #execution: ExecutionInfo;
  /** Frames that a process before this one left. */
  readonly #known: Map<string, Frame>;
  readonly #stopping: AbortSignal;

  constructor(
    parts: InterpreterParts,
    execution: ExecutionInfo,
    known: readonly Frame[],
    stopping: AbortSignal,
  ) {
    this.#parts = parts;
    this.#execution = execution;
    this.#known = new Map(known.map((frame) => [frame.path, frame]));
    this.#stopping = stopping;
  }

  /** Runs a machine, a branch or an item from wherever its frame stands to its end. */
  async machine(
    machine: Machine,
    path: string,
    input: unknown,
    outer: Frame['variables'],
    signal: AbortSignal,
  ): Promise<ExecutionEnd> {
    let frame: Frame = this.#known.get(path) ?? {
      path,
      state: machine.startAt,
      visit: 0,
      input,
      variables: {},
      attempts: {},
      enteredAtMs: this.#parts.clock.nowMs(),
    };
    while (frame.end === undefined) {
      this.#checkStopped(signal);
      const state = machine.states.get(frame.state);
      if (state === undefined) throw new Error(`no state ${frame.state}`);
      const next = await this.#step(state, frame, outer, signal);
      this.#checkStopped(signal);
      // A state that had children forgets them together with its own transition.
      const forget = `${path}/${frame.state}.${frame.visit}.`;
      frame = next;
      await this.#parts.journal.commit(this.#execution.name, frame, forget);
    }
    return frame.end;
  }

  #checkStopped(signal: AbortSignal): void {
    if (this.#stopping.aborted || signal.aborted) throw new Stopped();
  }

  /** One state's visit, or one try of it. */
  async #step(
    state: LoadedState,
    frame: Frame,
    outer: Frame['variables'],
    signal: AbortSignal,
  ): Promise<Frame> {
    try {
      return this.#leave(frame, await this.#perform(state, frame, outer, signal));
    } catch (error) {
      if (error instanceof Stopped) throw error;
      if (!(error instanceof StateError)) throw error;
      return this.#recover(state, frame, outer, error);
    }
  }

  #leave(frame: Frame, exit: Exit): Frame {
    const output = withinLimit(exit.output);
    const base = {
      path: frame.path,
      visit: frame.visit + 1,
      variables: exit.variables,
      attempts: {},
      enteredAtMs: this.#parts.clock.nowMs(),
    };
    return exit.to === null
      ? { ...base, state: frame.state, input: null, end: { status: 'succeeded', output } }
      : { ...base, state: exit.to, input: output };
  }

  /** Retry before Catch; neither: the scope fails. */
  async #recover(
    state: LoadedState,
    frame: Frame,
    outer: Frame['variables'],
    error: StateError,
  ): Promise<Frame> {
    const handled = 'retry' in state ? state : { retry: [], catch: [] };
    const index = handled.retry.findIndex((retrier) => matches(retrier.errors, error));
    const retrier = handled.retry[index];
    const spent = frame.attempts[index] ?? 0;
    if (retrier !== undefined && spent < retrier.maxAttempts) {
      const nowMs = this.#parts.clock.nowMs();
      return {
        ...frame,
        visit: frame.visit + 1,
        attempts: { ...frame.attempts, [index]: spent + 1 },
        error: { error: error.name, cause: error.message },
        pausedAtMs: nowMs,
        dueAtMs: nowMs + this.#delayOf(retrier, spent),
      };
    }
    const catcher = handled.catch.find((candidate) => matches(candidate.errors, error));
    if (catcher !== undefined) {
      try {
        return {
          ...this.#leave(frame, await this.#caught(state, frame, outer, catcher, error)),
          error: { error: error.name, cause: error.message },
        };
      } catch (second) {
        if (!(second instanceof StateError)) throw second;
        return this.#fail(frame, second);
      }
    }
    return this.#fail(frame, error);
  }

  #fail(frame: Frame, error: StateError): Frame {
    return {
      ...frame,
      visit: frame.visit + 1,
      end: { status: 'failed', error: error.name, cause: error.message },
    };
  }

  async #caught(
    state: LoadedState,
    frame: Frame,
    outer: Frame['variables'],
    catcher: Catcher,
    error: StateError,
  ): Promise<Exit> {
    const errorOutput = { Error: error.name, Cause: error.message };
    const bindings = this.#bindings(state, frame, outer, { errorOutput });
    return {
      to: catcher.next,
      output: catcher.output === undefined ? errorOutput : await catcher.output(bindings),
      variables: { ...frame.variables, ...(await assigned(catcher.assign, bindings)) },
    };
  }

  #delayOf(retrier: Retrier, spent: number): number {
    const seconds = Math.min(retrier.maxDelaySeconds, retrier.intervalSeconds * retrier.backoffRate ** spent);
    if (!retrier.jitter) return seconds * 1_000;
    const [high = 0, low = 0] = this.#parts.random.bytes(2);
    return ((high * 256 + low) / 65_536) * seconds * 1_000;
  }

  /** `$states` and the variables in sight. Values from before the state: assignments show only afterwards. */
  #bindings(
    state: LoadedState,
    frame: Frame,
    outer: Frame['variables'],
    more: {
      readonly result?: unknown;
      readonly errorOutput?: unknown;
      readonly item?: { index: number; value: unknown };
    } = {},
  ): Record<string, unknown> {
    const { name, input, startedAtMs } = this.#execution;
    const { item, ...rest } = more;
    return {
      ...outer,
      ...frame.variables,
      states: {
        input: frame.input,
        ...rest,
        context: {
          Execution: { Id: name, Name: name, Input: input, StartTime: new Date(startedAtMs).toISOString() },
          State: {
            Name: state.name,
            EnteredTime: new Date(frame.enteredAtMs).toISOString(),
            RetryCount: Object.values(frame.attempts).reduce((sum, spent) => sum + spent, 0),
          },
          ...(state.type === 'Task' && state.waitsForToken ? { Task: { Token: this.#tokenOf(frame) } } : {}),
          ...(item === undefined ? {} : { Map: { Item: { Index: item.index, Value: item.value } } }),
        },
      },
    };
  }

  /** One for each try: an answer to the last try ends no other. The same after a crash, so that an answer given before it is found. */
  #tokenOf(frame: Frame): string {
    return `${this.#execution.name}|${frame.path}|${frame.state}|${frame.visit}`;
  }

  async #perform(
    state: LoadedState,
    frame: Frame,
    outer: Frame['variables'],
    signal: AbortSignal,
  ): Promise<Exit> {
    if (state.type !== 'Wait' && frame.dueAtMs !== undefined)
      await this.#sleep(frame.pausedAtMs ?? frame.enteredAtMs, frame.dueAtMs, signal);
    switch (state.type) {
      case 'Task':
        return this.#flow(state, frame, outer, await this.#task(state, frame, outer, signal));
      case 'Parallel':
        return this.#flow(state, frame, outer, await this.#parallel(state, frame, outer, signal));
      case 'Map':
        return this.#flow(state, frame, outer, await this.#map(state, frame, outer, signal));
      case 'Wait': {
        const bindings = this.#bindings(state, frame, outer);
        await this.#sleep(frame.enteredAtMs, await dueOf(state, frame, bindings), signal);
        return this.#flow(state, frame, outer, frame.input);
      }
      case 'Choice': {
        const bindings = this.#bindings(state, frame, outer);
        for (const { condition, next } of state.choices) {
          const decided = await condition(bindings);
          if (typeof decided !== 'boolean') {
            throw new StateError('States.QueryEvaluationError', `${state.name}: a Condition is no boolean`);
          }
          if (decided) return { to: next, output: frame.input, variables: frame.variables };
        }
        if (state.default === undefined)
          throw new StateError('States.NoChoiceMatched', `${state.name}: nothing matched`);
        return { to: state.default, output: frame.input, variables: frame.variables };
      }
      case 'Succeed': {
        const output =
          state.output === undefined ? frame.input : await state.output(this.#bindings(state, frame, outer));
        return { to: null, output, variables: frame.variables };
      }
      case 'Fail': {
        const bindings = this.#bindings(state, frame, outer);
        throw new StateError(String(await state.error(bindings)), String(await state.cause(bindings)));
      }
    }
  }

  async #flow(
    state: Extract<LoadedState, { type: 'Task' | 'Parallel' | 'Map' | 'Wait' }>,
    frame: Frame,
    outer: Frame['variables'],
    result: unknown,
  ): Promise<Exit> {
    const bindings = this.#bindings(state, frame, outer, state.type === 'Wait' ? {} : { result });
    const [output, own] = await Promise.all([
      state.output === undefined ? result : state.output(bindings),
      assigned(state.assign, bindings),
    ]);
    return { to: state.next ?? null, output, variables: { ...frame.variables, ...own } };
  }

  /** Until `untilMs`, and no longer than it was to last when it began: a clock that was set back since holds nothing up. */
  async #sleep(fromMs: number, untilMs: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    let sleptMs = 0;
    for (;;) {
      const leftMs = Math.min(untilMs - clock.nowMs(), untilMs - fromMs - sleptMs, LONGEST_TIMER_MS);
      if (leftMs <= 0) return;
      await clock.sleep(leftMs, signal);
      this.#checkStopped(signal);
      sleptMs += leftMs;
    }
  }

  async #task(
    state: TaskState,
    frame: Frame,
    outer: Frame['variables'],
    signal: AbortSignal,
  ): Promise<unknown> {
    const bindings = this.#bindings(state, frame, outer);
    const payload = withinLimit(await state.payload(bindings));
    const timeoutSeconds = await timeoutOf(state, bindings);
    this.#checkStopped(signal);
    const timeout = new AbortController();
    const within = AbortSignal.any([signal, timeout.signal]);
    const work = async () => {
      const result = await this.#parts.invoke(state.functionName, payload, within);
      return withinLimit(
        state.waitsForToken
          ? await this.#answered(state, frame, timeoutSeconds, within)
          : { Payload: result ?? null, StatusCode: 200 },
      );
    };
    let handle: NodeJS.Timeout | undefined;
    const timer = new Promise<never>((_resolve, reject) => {
      handle = setTimeout(
        () => reject(new StateError('States.Timeout', `${state.name} took longer than ${timeoutSeconds} s`)),
        Math.min(LONGEST_TIMER_MS, timeoutSeconds * 1_000),
      );
    });
    try {
      return await Promise.race([work(), timer]);
    } catch (error) {
      if (error instanceof Stopped || error instanceof StateError) throw error;
      const thrown = error instanceof Error ? error : new Error(String(error));
      throw new StateError(thrown.name, thrown.message);
    } finally {
      clearTimeout(handle);
      timeout.abort();
    }
  }

  async #answered(
    state: TaskState,
    frame: Frame,
    timeoutSeconds: number,
    signal: AbortSignal,
  ): Promise<unknown> {
    const token = this.#tokenOf(frame);
    // This try's own beginning: a retry has its whole time again.
    const beganMs = frame.dueAtMs ?? frame.enteredAtMs;
    const untilMs = beganMs + timeoutSeconds * 1_000;
    for (;;) {
      const answer = await this.#parts.journal.answer(token);
      if (answer?.ok === true) return answer.output;
      if (answer?.ok === false) throw new StateError(answer.error, answer.cause);
      const nowMs = this.#parts.clock.nowMs();
      if (nowMs >= untilMs) throw new StateError('States.Timeout', 'nobody answered');
      if (state.heartbeatSeconds !== undefined) {
        const beatMs = Math.max(beganMs, (await this.#parts.journal.heartbeatAtMs(token)) ?? 0);
        if (nowMs >= beatMs + state.heartbeatSeconds * 1_000)
          throw new StateError(
            'States.Timeout',
            `no heartbeat for ${state.heartbeatSeconds} s`,
            'States.HeartbeatTimeout',
          );
      }
      await this.#parts.clock.sleep(ANSWER_LOOK_MS, signal);
      this.#checkStopped(signal);
    }
  }

  async #parallel(
    state: ParallelState,
    frame: Frame,
    outer: Frame['variables'],
    signal: AbortSignal,
  ): Promise<unknown[]> {
    const seen = { ...outer, ...frame.variables };
    const ends = await this.#children(state.branches.length, 0, signal, (index, within) => {
      const branch = state.branches[index];
      if (branch === undefined) throw new Error('no branch');
      return this.machine(branch, this.#childPath(frame, index), frame.input, seen, within);
    });
    return ends.map(outputOf);
  }

  async #map(
    state: MapState,
    frame: Frame,
    outer: Frame['variables'],
    signal: AbortSignal,
  ): Promise<unknown[]> {
    const bindings = this.#bindings(state, frame, outer);
    const items =
      state.reader === null
        ? await state.items?.(bindings)
        : await this.#read((await state.reader(bindings)) as { Bucket: unknown; Key: unknown });
    if (!Array.isArray(items))
      throw new StateError('States.QueryEvaluationError', `${state.name}: Items is no array`);
    const distributed = state.reader !== null;
    const tolerated =
      state.toleratedFailurePercentage === null
        ? 0
        : Number(await state.toleratedFailurePercentage(bindings));
    // An item of a distributed map is an execution of its own: it sees no outer variable.
    const seen = distributed ? {} : { ...outer, ...frame.variables };
    const ends = await this.#children(
      items.length,
      state.maxConcurrency,
      signal,
      async (index, within) => {
        const item = { index, value: items[index] as unknown };
        const input = withinLimit(await state.selector(this.#bindings(state, frame, outer, { item })));
        return this.machine(state.processor, this.#childPath(frame, index), input, seen, within);
      },
      distributed,
    );
    const failed = ends.filter((end) => end.status === 'failed');
    if (distributed && failed.length > (items.length * tolerated) / 100) {
      throw new StateError(
        'States.ExceedToleratedFailureThreshold',
        `${failed.length} of ${items.length} items failed`,
      );
    }
    return ends.map(outputOf);
  }

  async #read(place: { readonly Bucket: unknown; readonly Key: unknown }): Promise<readonly unknown[]> {
    try {
      return await this.#parts.readItems(place);
    } catch (error) {
      throw new StateError('States.ItemReaderFailed', error instanceof Error ? error.message : String(error));
    }
  }

  #childPath(frame: Frame, index: number): string {
    return `${frame.path}/${frame.state}.${frame.visit}.${index}`;
  }

  /** Children, at most `width` at once (0: all). Unless failures are tolerated, the first one ends the others. */
  async #children(
    count: number,
    width: number,
    signal: AbortSignal,
    run: (index: number, signal: AbortSignal) => Promise<ExecutionEnd>,
    tolerant = false,
  ): Promise<ExecutionEnd[]> {
    const ends: ExecutionEnd[] = Array.from({ length: count });
    const ending = new AbortController();
    const within = AbortSignal.any([signal, ending.signal]);
    let failure: ExecutionEnd | undefined;
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < count && failure === undefined) {
        const index = next;
        next += 1;
        const end = await run(index, within).catch((error: unknown): ExecutionEnd => {
          if (error instanceof StateError)
            return { status: 'failed', error: error.name, cause: error.message };
          if (error instanceof Stopped && failure !== undefined) return failure;
          throw error;
        });
        ends[index] = end;
        if (end.status === 'failed' && !tolerant && failure === undefined) {
          failure = end;
          ending.abort();
        }
      }
    };
    const results = await Promise.allSettled(
      Array.from({ length: width === 0 ? count : Math.min(width, count) }, worker),
    );
    const broken = results.find((result) => result.status === 'rejected');
    if (broken !== undefined) throw broken.reason;
    if (failure?.status === 'failed') throw new StateError(failure.error, failure.cause);
    return ends;
  }
}

async function dueOf(
  state: Extract<LoadedState, { type: 'Wait' }>,
  frame: Frame,
  bindings: Record<string, unknown>,
): Promise<number> {
  if (state.timestamp === undefined) return frame.enteredAtMs + (state.seconds ?? 0) * 1_000;
  const at = Date.parse(String(await state.timestamp(bindings)));
  if (Number.isNaN(at))
    throw new StateError('States.QueryEvaluationError', `${state.name}: Timestamp is no time`);
  return at;
}

async function timeoutOf(state: TaskState, bindings: Record<string, unknown>): Promise<number> {
  const seconds = await state.timeoutSeconds(bindings);
  if (typeof seconds === 'number' && Number.isInteger(seconds) && seconds > 0) return seconds;
  throw new StateError(
    'States.QueryEvaluationError',
    `${state.name}: TimeoutSeconds is no number of seconds`,
  );
}

async function assigned(
  template: ((bindings: Record<string, unknown>) => Promise<unknown>) | undefined,
  bindings: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  return template === undefined ? {} : withinLimit((await template(bindings)) as Record<string, unknown>);
}

function outputOf(end: ExecutionEnd): unknown {
  return end.status === 'succeeded' ? end.output : { Error: end.error, Cause: end.cause };
}
