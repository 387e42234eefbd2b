import { RekeyError } from '../../domain/errors.ts';
import { adminRefused, targetUnavailable } from '../failure.ts';
import type { OutcomeReason } from '../rotator.ts';

/** What the server's error codes mean for one account's change. Source: PostgreSQL, appendix A. What is not listed is `refused`. */
const REASONS: Readonly<Record<string, OutcomeReason>> = {
  '42704': 'account-missing',
  // lock_not_available, deadlock, serialization, statement time-out, "tuple concurrently updated".
  '55P03': 'busy',
  '40P01': 'busy',
  '40001': 'busy',
  '57014': 'busy',
  XX000: 'busy',
  // disk full, read-only (a stand-by being promoted), too many connections, starting up.
  '53100': 'busy',
  '25006': 'busy',
  '53300': 'busy',
  '57P03': 'busy',
};

/** The server's code, or undefined where the error is not the server's: then the connection is gone. */
export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('severity' in error)) return undefined;
  // Ended by an administrator, or with the server: nothing more comes over this connection.
  const code = String(error.code);
  return code === '57P01' || code === '57P02' ? undefined : code;
}

export function reasonOf(sqlState: string): OutcomeReason {
  return REASONS[sqlState] ?? 'refused';
}

/** What opening the admin's connection came to. The server's own words are dropped: they may quote what was sent. */
export function openError(target: string, error: unknown): RekeyError {
  const state = sqlStateOf(error);
  if (state === '28P01' || state === '28000') {
    return adminRefused(target, state);
  }
  if (state === '53300' || state === '57P03') {
    return new RekeyError({
      code: state === '53300' ? 'too-many-connections' : 'target-starting',
      family: 'Throttled',
      message: `${target} takes no more connections now (${state})`,
      safe: 'Nothing was changed at the target.',
      next: ['rekey status', 'rekey doctor'],
    });
  }
  if (state !== undefined) {
    return new RekeyError({
      code: 'target-refused',
      family: 'Unrecoverable',
      message: `${target} refused the admin's connection (${state})`,
      safe: 'Nothing was changed at the target.',
      next: ['rekey doctor'],
    });
  }
  const why =
    error instanceof Error && 'code' in error
      ? String(error.code)
      : error instanceof Error
        ? error.message
        : 'unknown';
  return targetUnavailable(target, why);
}
