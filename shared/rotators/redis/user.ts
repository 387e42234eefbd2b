import { createHash } from 'node:crypto';
import { listOf, type Reply, textOf } from './resp.ts';

/** What the server says of an ACL user (`ACL GETUSER`). */
export interface User {
  readonly name: string;
  readonly off: boolean;
  /** Anybody gets in, with any password. */
  readonly nopass: boolean;
  /** Of each password that opens it: SHA-256, as the server keeps it. */
  readonly digests: readonly string[];
}

/** What the server keeps of a password, and takes in its place. Source: `ACL SETUSER`, `#<hash>`. */
export function digestOf(password: string): string {
  return createHash('sha256').update(password).digest('hex');
}

/** Of `ACL GETUSER`. */
export function userOf(name: string, reply: readonly Reply[]): User {
  const at = (key: string): readonly string[] => listOf(reply[reply.indexOf(key) + 1]).map(textOf);
  const flags = at('flags');
  return { name, off: !flags.includes('on'), nopass: flags.includes('nopass'), digests: at('passwords') };
}

/** Of a line of `ACL LIST`: `user NAME on nopass #digest ~keys &channels +commands (selectors)`. */
export function userListed(line: string): User {
  const [, name = '', ...rules] = line.split(' ');
  return {
    name,
    off: !rules.includes('on'),
    nopass: rules.includes('nopass'),
    digests: rules.flatMap((rule) => (rule.startsWith('#') ? [rule.slice(1)] : [])),
  };
}
