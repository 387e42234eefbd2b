import type { Template } from './expression.ts';

/** A loaded machine: checked whole, expressions compiled. */
export interface Machine {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, LoadedState>;
}

interface Common {
  readonly name: string;
}

interface Flow extends Common {
  readonly assign?: Template;
  readonly output?: Template;
  /** Undefined: the end of its machine. */
  readonly next?: string;
}

export interface Retrier {
  readonly errors: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number;
  readonly jitter: boolean;
}

export interface Catcher {
  readonly errors: readonly string[];
  readonly next: string;
  readonly assign?: Template;
  readonly output?: Template;
}

interface Handled {
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
}

export interface TaskState extends Flow, Handled {
  readonly type: 'Task';
  readonly waitsForToken: boolean;
  readonly functionName: string;
  readonly payload: Template;
  /** Computed where people are waited for. */
  readonly timeoutSeconds: Template;
  /** Longest silence of whoever holds the token. */
  readonly heartbeatSeconds?: number;
}

export interface ParallelState extends Flow, Handled {
  readonly type: 'Parallel';
  readonly branches: readonly Machine[];
}

export interface MapState extends Flow, Handled {
  readonly type: 'Map';
  /** `null`: an inline map, over `items`; else where the manifest is read from. */
  readonly reader: Template | null;
  readonly items: Template | null;
  readonly selector: Template;
  readonly maxConcurrency: number;
  readonly toleratedFailurePercentage: Template | null;
  readonly processor: Machine;
}

export interface ChoiceState extends Common {
  readonly type: 'Choice';
  readonly choices: readonly { readonly condition: Template; readonly next: string }[];
  readonly default?: string;
}

export interface WaitState extends Flow {
  readonly type: 'Wait';
  readonly seconds?: number;
  readonly timestamp?: Template;
}

export interface SucceedState extends Common {
  readonly type: 'Succeed';
  readonly output?: Template;
}

export interface FailState extends Common {
  readonly type: 'Fail';
  readonly error: Template;
  readonly cause: Template;
}

export type LoadedState =
  | TaskState
  | ParallelState
  | MapState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState;
