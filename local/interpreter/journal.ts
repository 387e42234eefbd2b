/** One scope of a running execution: the whole machine, a branch, or an item. Where it stands, nothing of how it came there. */
export interface Frame {
  /** `''` for the machine; `<parent>/<state>.<visit>.<index>` for a branch or an item. */
  readonly path: string;
  readonly state: string;
  /** Transitions made: makes each visit of a state a place of its own. */
  readonly visit: number;
  readonly input: unknown;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Tries that each retrier of the state has spent. */
  readonly attempts: Readonly<Record<number, number>>;
  /** Nothing is done before: a Wait, or a retry's pause. */
  readonly dueAtMs?: number;
  /** When that pause began. */
  readonly pausedAtMs?: number;
  readonly enteredAtMs: number;
  /** The error that this transition followed: it was tried again, or caught. */
  readonly error?: { readonly error: string; readonly cause: string };
  readonly end?:
    | { readonly status: 'succeeded'; readonly output: unknown }
    | { readonly status: 'failed'; readonly error: string; readonly cause: string };
}

export interface ExecutionRecord {
  readonly name: string;
  /** Of what machine; its journal writes it. */
  readonly machine?: string;
  readonly input: unknown;
  readonly startedAtMs: number;
  readonly end?: NonNullable<Frame['end']>;
}

export type TaskAnswer =
  | { readonly ok: true; readonly output: unknown }
  | { readonly ok: false; readonly error: string; readonly cause: string };

/** Where the executions of one machine are durable; a name is taken for all machines. A commit is on disk when its promise resolves. */
export interface Journal {
  /** False where the name is taken. */
  create(execution: ExecutionRecord): Promise<boolean>;
  execution(name: string): Promise<ExecutionRecord | null>;
  /** Names of those that have not ended, oldest first. */
  running(): Promise<string[]>;
  frames(name: string): Promise<Frame[]>;
  /** The frame as it stands now; everything below `forget` is dropped with it; the machine's own end ends the execution. */
  commit(name: string, frame: Frame, forget?: string): Promise<void>;
  answer(token: string): Promise<TaskAnswer | null>;
  /** When whoever holds the token last said that the task goes on. */
  heartbeatAtMs(token: string): Promise<number | null>;
}
