import { type Failure, failure } from '../failure.ts';
import type { Refusal } from './resp.ts';

/** Refusals that pass by themselves (redis 7.0, server.c): starting, a script that runs too long, a replica, disk or memory full. */
const FOR_NOW: ReadonlySet<string> = new Set([
  'MAXCLIENTS',
  'LOADING',
  'BUSY',
  'MASTERDOWN',
  'READONLY',
  'MISCONF',
  'OOM',
  'TRYAGAIN',
]);

export function isForNow(code: string): boolean {
  return FOR_NOW.has(code);
}

/** What a refused command means for one account. `command`: which it was, without what it was given. */
export function refused({ code }: Refusal, command: string): Failure {
  if (isForNow(code)) return failure('busy', `the server refused ${command} for now (${code})`);
  if (code === 'NOPERM') return failure('refused', `the admin may not do ${command} (NOPERM)`);
  if (code === 'UNKNOWN')
    return failure('refused', `the server does not know ${command}: renamed or switched off`);
  return failure('refused', `the server refused ${command} (${code})`);
}
