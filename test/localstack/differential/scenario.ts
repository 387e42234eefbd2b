import { randomUUID } from 'node:crypto';
import type { Script } from './script.ts';

/** Where a distributed map finds its items, in both worlds. */
export const BUCKET = `rekey-differential-${randomUUID()}`;

export interface Scenario {
  /** What AWS documents, as a sentence. */
  readonly title: string;
  readonly machine: object;
  readonly input?: unknown;
  readonly script?: Script;
  /** Objects in the bucket: key to content. */
  readonly objects?: Readonly<Record<string, unknown>>;
  /** States that the machine itself leaves, in order. The one where it fails is not among them. */
  readonly path: string;
  readonly end: Expected;
  /** How often a function is called, where neither path nor end shows it. */
  readonly calls?: Readonly<Record<string, number>>;
}

/** An end in part. The words that Step Functions finds for a failure of its own are nobody's contract. */
export type Expected =
  | { readonly status: 'succeeded'; readonly output: unknown }
  | { readonly status: 'failed'; readonly error: string; readonly cause?: string };

export const succeeds = (output: unknown): Expected => ({ status: 'succeeded', output });
export const fails = (error: string, cause?: string): Expected => ({
  status: 'failed',
  error,
  ...(cause === undefined ? {} : { cause }),
});

type States = Readonly<Record<string, object>>;

export const machineOf = (states: States, startAt = Object.keys(states)[0]) => ({
  QueryLanguage: 'JSONata',
  StartAt: startAt,
  States: states,
});

/** A scope inside a machine: a branch, or what a map does for an item. */
export const scopeOf = (states: States) => ({ StartAt: Object.keys(states)[0], States: states });

/** Leads on to `Next`, or ends. */
export const task = (name: string, more: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: `\${${name}}`, Payload: '{% $states.input %}' },
  TimeoutSeconds: 300,
  ...('Next' in more ? {} : { End: true }),
  ...more,
});

/** A task that its token's answer completes. */
export const asking = (name: string, more: object = {}) => ({
  ...task(name, more),
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  Arguments: {
    FunctionName: `\${${name}}`,
    Payload: { taskToken: '{% $states.context.Task.Token %}' },
  },
});

export const inline = (states: States) => ({ ProcessorConfig: { Mode: 'INLINE' }, ...scopeOf(states) });

/** A map over the items of an object in the bucket. */
export const distributed = (key: string, states: States, more: object = {}) => ({
  Type: 'Map',
  ItemReader: {
    Resource: 'arn:aws:states:::s3:getObject',
    ReaderConfig: { InputType: 'JSON' },
    Arguments: { Bucket: BUCKET, Key: key },
  },
  ItemProcessor: {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
    ...scopeOf(states),
  },
  ...('Next' in more ? {} : { End: true }),
  ...more,
});

/** Catches in order, each `[error names, next state]`. */
export const catching = (...catchers: readonly (readonly [string | readonly string[], string])[]) => ({
  Catch: catchers.map(([errors, next]) => ({ ErrorEquals: [errors].flat(), Next: next })),
});

export const succeed = (output?: unknown) => ({
  Type: 'Succeed',
  ...(output === undefined ? {} : { Output: output }),
});
