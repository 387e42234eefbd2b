import { RekeyError } from '../../domain/errors.ts';

/** One call to a service, for whoever has to read about its failure. */
export interface VendorCall {
  /** As IAM names its permission: `secretsmanager:PutSecretValue`. */
  readonly permission: string;
  /** What it was about: a reference, a key, a name. Never a value. */
  readonly about: string;
  /** The quota that throttles it, with its number. */
  readonly quota?: string;
  /** What is safe when it failed. */
  readonly safe: string;
  /** The far side may have done it although no answer came. */
  readonly mayHaveHappened?: boolean;
}

/** What the SDK for JavaScript 3.11 calls throttling, and retries as such (`THROTTLING_ERROR_CODES` in `@smithy/core`). */
const THROTTLINGS: ReadonlySet<string> = new Set([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
]);

const REFUSALS: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationError',
]);

/** The session, not the permission. `RequestExpired` and `InvalidSignatureException` also come from a clock that is wrong. */
const SESSIONS: ReadonlySet<string> = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignatureException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'RequestExpired',
  'SignatureDoesNotMatch',
  'TokenProviderError',
  'UnrecognizedClientException',
]);

const NO_ANSWERS: ReadonlySet<string> = new Set([
  'AbortError',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'RequestTimeout',
  'RequestTimeoutException',
  'TimeoutError',
]);

interface VendorError extends Error {
  readonly code?: string;
  readonly $fault?: string;
  readonly $metadata?: {
    readonly attempts?: number;
    readonly requestId?: string;
    readonly httpStatusCode?: number;
  };
}

/** The vendor's name of what was thrown; empty where it is none of theirs. */
export function vendorName(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

export function isThrottling(error: unknown): boolean {
  return error instanceof Error && (THROTTLINGS.has(error.name) || statusOf(error) === 429);
}

export function isRefusal(error: unknown): boolean {
  return error instanceof Error && REFUSALS.has(error.name);
}

/** No answer, or one that says nothing about whether it was done. */
export function isUnanswered(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof RekeyError) return false;
  const { code, $fault } = error as VendorError;
  return (
    NO_ANSWERS.has(error.name) || NO_ANSWERS.has(code ?? '') || $fault === 'server' || statusOf(error) >= 500
  );
}

/**
 * A service's error in the project's words. What the service wrote is repeated only where it speaks of permissions: elsewhere
 * it may repeat what was sent. What is no service's error stays what it is.
 */
export function translate(error: unknown, call: VendorCall): unknown {
  if (error instanceof RekeyError || !(error instanceof Error)) return error;
  if ((error as VendorError).$metadata === undefined && !SESSIONS.has(error.name) && !isUnanswered(error))
    return error;
  const { attempts, requestId } = (error as VendorError).$metadata ?? {};
  const after = attempts === undefined || attempts < 2 ? '' : ` after ${attempts} attempts`;
  const what = `${call.permission} for ${call.about}`;
  const named = `${error.name}${requestId === undefined ? '' : `, request ${requestId}`}`;
  if (isThrottling(error)) {
    return new RekeyError({
      code: 'throttled',
      family: 'Throttled',
      message: `${what} was throttled${after} (${named}): quota ${call.quota ?? `of ${call.permission}`}`,
      safe: call.safe,
      next: ['the same command again: what is done is skipped'],
    });
  }
  if (SESSIONS.has(error.name)) {
    return new RekeyError({
      code: 'session-invalid',
      family: 'Denied',
      message: `${what} was refused because of the AWS session (${named}): it has expired, is another account's, or the clock is wrong`,
      safe: call.safe,
      next: ['aws sso login', 'aws sts get-caller-identity'],
    });
  }
  if (isRefusal(error)) {
    return new RekeyError({
      code: 'not-permitted',
      family: 'Denied',
      message: `${what} was refused (${named}): ${error.message}`,
      safe: call.safe,
      next: ['rekey doctor'],
    });
  }
  if (isUnanswered(error)) {
    return call.mayHaveHappened === true
      ? new RekeyError({
          code: 'answer-lost',
          family: 'OutcomeUnknown',
          message: `${what} had no answer${after} (${named}): it may have been done`,
          safe: call.safe,
          next: ['the same command again: it looks first'],
        })
      : new RekeyError({
          code: 'service-unavailable',
          family: 'Throttled',
          message: `${what} had no answer${after} (${named})`,
          safe: call.safe,
          next: ['the same command again'],
        });
  }
  return new RekeyError({
    code: 'call-refused',
    family: 'Unrecoverable',
    message: `${what} failed (${named})`,
    safe: call.safe,
    next: ['rekey doctor'],
  });
}

function statusOf(error: Error): number {
  return (error as VendorError).$metadata?.httpStatusCode ?? 0;
}
