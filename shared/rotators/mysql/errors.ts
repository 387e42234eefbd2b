import { RekeyError } from '../../domain/errors.ts';
import { adminRefused, targetUnavailable } from '../failure.ts';
import type { OutcomeReason } from '../rotator.ts';

/** What the server's numbers mean for one account's change. What is not listed is `refused`. Source: MariaDB and MySQL error references. */
const REASONS: Readonly<Record<number, OutcomeReason>> = {
  // lock wait, deadlock, statement time-out (MariaDB, MySQL), read-only, too many connections, disk full, interrupted.
  1205: 'busy',
  1213: 'busy',
  1969: 'busy',
  3024: 'busy',
  1290: 'busy',
  1836: 'busy',
  1040: 'busy',
  1021: 'busy',
  1114: 'busy',
  1317: 'busy',
};

/** Said right before the server ends the connection: killed, shutting down, cut off. */
const ENDS = new Set([1053, 1927, 1158, 1159, 1160, 1161, 3169, 4031]);

/** The server's number, or undefined where the error is not the server's: then the connection is gone. */
export function numberOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errno' in error) || !('sqlState' in error)) return undefined;
  const { errno, sqlState } = error;
  if (typeof errno !== 'number' || typeof sqlState !== 'string') return undefined;
  return ENDS.has(errno) ? undefined : errno;
}

export function reasonOf(number: number): OutcomeReason {
  return REASONS[number] ?? 'refused';
}

/** Of an error that is not the server's: a word that quotes nothing of what was sent. */
export function whyLost(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if ('errno' in error && typeof error.errno === 'number' && error.errno > 0) return `error ${error.errno}`;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

const ADMIN_REFUSED = new Set([1045, 1698, 4151, 3118, 4150, 3955, 1820, 1862]);
const FULL = new Set([1040, 1203, 1226]);

/** What opening the admin's connection came to. The server's own words are dropped: they may quote what was sent. */
export function openError(target: string, error: unknown): unknown {
  if (error instanceof RekeyError) return error;
  const number = numberOf(error);
  if (number === undefined) return targetUnavailable(target, whyLost(error));
  if (ADMIN_REFUSED.has(number)) {
    return adminRefused(target, String(number));
  }
  if (FULL.has(number)) {
    return new RekeyError({
      code: 'too-many-connections',
      family: 'Throttled',
      message: `${target} takes no more connections now (${number})`,
      safe: 'Nothing was changed at the target.',
      next: ['rekey status', 'rekey doctor'],
    });
  }
  return targetRefused(target, `refused the admin's connection (${number})`);
}

export function targetRefused(target: string, why: string): RekeyError {
  return new RekeyError({
    code: 'target-refused',
    family: 'Unrecoverable',
    message: `${target} ${why}`,
    safe: 'Nothing was changed at the target.',
    next: ['docs/kinds/mysql.md', 'rekey doctor'],
  });
}
