import { shellArgument } from '../detect/next-command.ts';
import { withNames } from './pseudonym.ts';

/** A record of the audit, of a case or of a report as people are shown it: with the names that are known. */
export function namedRecord<T>(record: T, names: ReadonlyMap<string, string>): T {
  return names.size === 0 ? record : (named(record, names, '') as T);
}

function named(value: unknown, names: ReadonlyMap<string, string>, field: string): unknown {
  // The command that comes next is copied into a shell: a name is one argument there, whatever stands in it.
  if (typeof value === 'string') return withNames(value, names, field === 'next' ? shellArgument : undefined);
  if (Array.isArray(value)) return value.map((part) => named(part, names, field));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, named(part, names, name)]));
}
