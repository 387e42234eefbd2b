/** What a caller may do about an error. `OutcomeUnknown` forbids a blind retry: look first. */
export type ErrorFamily =
  | 'Validation'
  | 'Conflict'
  | 'NotFound'
  | 'Denied'
  | 'Throttled'
  | 'TargetUnavailable'
  | 'OutcomeUnknown'
  | 'Unrecoverable';

export interface ErrorDetails {
  /** Stable, kebab-case, documented: scripts may match it. */
  readonly code: string;
  readonly family: ErrorFamily;
  /** What failed and why. Never a value. */
  readonly message: string;
  /** What is safe now. */
  readonly safe?: string;
  /** The next commands, most useful first. */
  readonly next?: readonly string[];
  readonly cause?: unknown;
}

/** What befell the state itself and not a target: nothing was learned of the target, so nothing is written down of it. */
export function isOfState(error: unknown): boolean {
  if (!(error instanceof RekeyError)) return false;
  // `table-…`: whatever the adapters of the two tables say.
  return error.code === 'disk-full' || error.code === 'state-locked' || error.code.startsWith('table-');
}

/** The one error of this project. Adapters translate vendor errors into it once. */
export class RekeyError extends Error {
  readonly code: string;
  readonly family: ErrorFamily;
  readonly safe: string | undefined;
  readonly next: readonly string[];

  constructor(details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    // Step Functions matches Catch and Retry on the name.
    this.name = details.family;
    this.code = details.code;
    this.family = details.family;
    this.safe = details.safe;
    this.next = details.next ?? [];
  }

  get retryable(): boolean {
    return this.family === 'Throttled' || this.family === 'TargetUnavailable';
  }
}
