import { createHash } from 'node:crypto';

/** Aliases hold letters, digits, `/`, `_` and `-`; a class's name may hold a dot. */
function escaped(className: string): string {
  return className.replaceAll('_', '__').replaceAll('.', '_-');
}

/** What the aliases of a class's epochs begin with. */
export function classAliases(prefix: string, className: string): string {
  return `${epochAliases(prefix)}${escaped(className)}/`;
}

/** Who makes it first has the epoch's key: aliases are unique in an account and region. */
export function epochAlias(prefix: string, className: string, epoch: number): string {
  return `${classAliases(prefix, className)}${epoch}`;
}

/** What the aliases of keys that wait begin with. */
export function spareAliases(prefix: string): string {
  return `alias/${prefix}/spare/`;
}

/** Of the key that waits with this policy. Another release's roles make another policy, and so another name. */
export function spareAlias(prefix: string, policy: string): string {
  return `${spareAliases(prefix)}${createHash('sha256').update(policy).digest('hex').slice(0, 32)}`;
}

/** What marks keys that wait no more. */
export function takenAliases(prefix: string): string {
  return `alias/${prefix}/taken/`;
}

/** Who makes it first has the spare key. */
export function takenAlias(prefix: string, keyId: string): string {
  return `${takenAliases(prefix)}${keyId}`;
}

/** What marks keys that nobody came to need. */
export function lostAliases(prefix: string): string {
  return `alias/${prefix}/lost/`;
}

/** Of a key that was made for an epoch which another key became. */
export function lostAlias(prefix: string, keyId: string): string {
  return `${lostAliases(prefix)}${keyId}`;
}

/** What the aliases of all epochs' keys begin with. */
export function epochAliases(prefix: string): string {
  return `alias/${prefix}/class/`;
}
