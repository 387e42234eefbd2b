import { RekeyError } from '../../domain/errors.ts';
import { adminRefused, targetUnavailable } from '../failure.ts';
import { isForNow } from './refusal.ts';
import { Refusal } from './resp.ts';

const UNTOUCHED = 'Nothing was changed at the target.';

/** What opening the admin's connection came to: a refusal of the server's, or an error of the connection. */
export function openError(target: string, error: unknown): RekeyError {
  if (!(error instanceof Refusal)) return targetUnavailable(target, reasonOf(error));
  const { code } = error;
  if (code === 'WRONGPASS' || code === 'NOAUTH') {
    return adminRefused(target, code);
  }
  if (isForNow(code)) {
    return new RekeyError({
      code: code === 'MAXCLIENTS' ? 'too-many-connections' : 'target-starting',
      family: 'Throttled',
      message:
        code === 'MAXCLIENTS'
          ? `${target} takes no more connections now (maxclients)`
          : `${target} is not ready (${code})`,
      safe: UNTOUCHED,
      next: ['rekey status', 'rekey doctor'],
    });
  }
  return new RekeyError({
    code: code === 'NOPERM' ? 'admin-lacks-right' : 'target-refused',
    family: code === 'NOPERM' ? 'Denied' : 'Unrecoverable',
    message: `${target}: ${whatIsWrong(code)}`,
    safe: UNTOUCHED,
    next: ['docs/kinds/redis.md: the rights that the admin needs', 'rekey doctor'],
  });
}

function whatIsWrong(code: string): string {
  if (code === 'NOPERM') return 'the admin lacks a right that Rekey needs (NOPERM)';
  if (code === 'UNKNOWN')
    return 'the server does not know a command that Rekey needs: renamed, switched off, or older than Redis 6';
  return `the server refused the admin's connection (${code}); ACL users need Redis 6 or later`;
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
