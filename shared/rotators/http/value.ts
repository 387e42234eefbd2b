import type { HttpConnection } from './connection.ts';
import { type Fillings, fill, placeholdersIn } from './placeholders.ts';
import { textAt } from './pointer.ts';

type Place = HttpConnection['issue']['value'];

/** The new credential out of an answer, as the store keeps it; undefined where a part of it is not there. */
export function valueIn(answer: unknown, place: Place, account: Fillings): string | undefined {
  if (typeof place === 'string') return textAt(answer, place);
  const parts = Object.entries(place).map(([name, where]) => {
    const isField = placeholdersIn(where).length > 0;
    return [name, isField ? fill(where, account) : textAt(answer, where)] as const;
  });
  if (parts.some(([, part]) => part === undefined)) return undefined;
  return JSON.stringify(Object.fromEntries(parts));
}

/** `{value}`, or `{value.name}` of one that has parts. Undefined where it has none of that name. */
export function partOf(value: string, name: string): string | undefined {
  if (name === 'value') return value;
  try {
    return textAt(JSON.parse(value), `/${name.slice('value.'.length)}`);
  } catch {
    return undefined;
  }
}
