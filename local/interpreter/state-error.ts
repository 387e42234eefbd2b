/** An error as a state machine sees it: its name is what Catch and Retry match. */
export class StateError extends Error {
  constructor(name: string, cause: string) {
    super(cause);
    this.name = name;
  }
}

/** Never caught or retried by `States.ALL`. Source: Amazon States Language, "Errors". */
const UNCAUGHT_BY_ALL: ReadonlySet<string> = new Set(['States.DataLimitExceeded', 'States.Runtime']);

export function matches(patterns: readonly string[], error: string): boolean {
  return patterns.some(
    (pattern) =>
      pattern === error ||
      (pattern === 'States.ALL' && !UNCAUGHT_BY_ALL.has(error)) ||
      (pattern === 'States.TaskFailed' && error !== 'States.Timeout' && !UNCAUGHT_BY_ALL.has(error)),
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
