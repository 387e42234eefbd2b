/** An error as a state machine sees it: its name is what Catch and Retry match. */
export class StateError extends Error {
  /** A second name that Catch and Retry may call it by. */
  readonly alias: string | undefined;

  constructor(name: string, cause: string, alias?: string) {
    super(cause);
    this.name = name;
    this.alias = alias;
  }
}

/** Never caught or retried by `States.ALL`. Source: Amazon States Language, "Errors". */
const UNCAUGHT_BY_ALL: ReadonlySet<string> = new Set(['States.DataLimitExceeded', 'States.Runtime']);

export function matches(patterns: readonly string[], error: StateError): boolean {
  const { name, alias } = error;
  return patterns.some(
    (pattern) =>
      pattern === name ||
      pattern === alias ||
      (pattern === 'States.ALL' && !UNCAUGHT_BY_ALL.has(name)) ||
      (pattern === 'States.TaskFailed' && name !== 'States.Timeout' && !UNCAUGHT_BY_ALL.has(name)),
  );
}

/** Payload between states: 256 KiB of UTF-8. Source: Step Functions quotas. */
const LARGEST_BYTES = 262_144;

export function withinLimit<T>(value: T): T {
  if (Buffer.byteLength(JSON.stringify(value) ?? '') > LARGEST_BYTES) {
    throw new StateError('States.DataLimitExceeded', `a payload is larger than ${LARGEST_BYTES} bytes`);
  }
  return value;
}
