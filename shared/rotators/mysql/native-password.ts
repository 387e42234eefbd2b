import { createHash } from 'node:crypto';

const sha1 = (bytes: string | Uint8Array) => createHash('sha1').update(bytes).digest();

/** What the server keeps for `mysql_native_password`: nobody can log in with it. */
export function nativeHash(password: string): string {
  return `*${sha1(sha1(password)).toString('hex').toUpperCase()}`;
}

/** What no password is known to hash to: a user with it has none. */
export const NO_PASSWORD = `*${'0'.repeat(40)}`;
