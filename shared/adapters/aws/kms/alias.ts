/** Aliases hold letters, digits, `/`, `_` and `-`; a class's name may hold a dot. */
function escaped(className: string): string {
  return className.replaceAll('_', '__').replaceAll('.', '_-');
}

/** What the aliases of a class's epochs begin with. */
export function classAliases(prefix: string, className: string): string {
  return `alias/${prefix}/class/${escaped(className)}/`;
}

/** Who makes it first has the epoch's key: aliases are unique in an account and region. */
export function epochAlias(prefix: string, className: string, epoch: number): string {
  return `${classAliases(prefix, className)}${epoch}`;
}

export function spareAlias(prefix: string): string {
  return `alias/${prefix}/spare`;
}

/** Who makes it first has the spare key. */
export function takenAlias(prefix: string, keyId: string): string {
  return `alias/${prefix}/taken/${keyId}`;
}
