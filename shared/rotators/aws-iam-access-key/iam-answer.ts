import { isRefusal, isThrottling, isUnanswered, vendorName } from '../../adapters/aws/vendor-error.ts';
import { RekeyError } from '../../domain/errors.ts';
import { adminRefused, type Failure, failure, targetUnavailable } from '../failure.ts';

/** IAM's own words for: not at this moment. */
const MOMENTARY: ReadonlySet<string> = new Set([
  'ConcurrentModificationException',
  'EntityTemporarilyUnmodifiableException',
]);

/** The admin's key, not what it asked for. */
const NOT_THE_ADMIN: ReadonlySet<string> = new Set([
  'ExpiredToken',
  'InvalidClientTokenId',
  'SignatureDoesNotMatch',
]);

export function isGone(error: unknown): boolean {
  return vendorName(error) === 'NoSuchEntityException';
}

/** IAM holds two keys of a user already. The SDK's name for it reads like a throttling. */
export function isFull(error: unknown): boolean {
  return vendorName(error) === 'LimitExceededException';
}

/** What IAM's error means for one account's change. Throws where the admin itself is refused, and what is no answer of AWS's. */
export function failureOf(target: string, error: unknown): Failure {
  if (error instanceof RekeyError) throw error;
  if (NOT_THE_ADMIN.has(vendorName(error))) throw adminRefused(target, vendorName(error));
  if (isThrottling(error)) return failure('busy', `IAM asks for fewer calls (${vendorName(error)})`);
  if (MOMENTARY.has(vendorName(error)) || isGone(error))
    return failure('busy', `it was being changed by somebody else (${vendorName(error)})`);
  // Of permissions alone are AWS's own words repeated: they name the right that is missing.
  if (isRefusal(error)) return failure('refused', `the admin may not: ${(error as Error).message}`);
  if (isUnanswered(error)) return failure('target-unavailable', `no answer (${whyUnanswered(error)})`);
  if (!isOfAws(error)) throw error;
  return failure('refused', `IAM refused it (${vendorName(error)})`);
}

/** What opening a session came to: nothing was asked for yet but who the admin is. */
export function openError(target: string, error: unknown): unknown {
  if (error instanceof RekeyError) return error;
  if (NOT_THE_ADMIN.has(vendorName(error)) || isRefusal(error))
    return adminRefused(target, vendorName(error));
  if (isUnanswered(error) || isThrottling(error)) return targetUnavailable(target, whyUnanswered(error));
  return error;
}

export function whyUnanswered(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

function isOfAws(error: unknown): boolean {
  return error instanceof Error && '$metadata' in error;
}
