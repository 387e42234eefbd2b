/** `{word}`: letters, digits, `_`, `-`, and dots between them. Any other brace stands for itself. */
const PLACEHOLDER = /\{([A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*)*)\}/g;

/** What stands for what; null: it is known, and has nothing to stand for here. */
export type Fillings = (name: string) => string | null | undefined;

export function placeholdersIn(text: string): string[] {
  return [...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
}

/** Every text of a JSON value, with where it stands. */
export function textsIn(
  json: unknown,
  path: readonly PropertyKey[] = [],
): { readonly text: string; readonly path: readonly PropertyKey[] }[] {
  if (typeof json === 'string') return [{ text: json, path }];
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([key, value]) =>
    textsIn(value, [...path, Array.isArray(json) ? Number(key) : key]),
  );
}

/** Throws `Unsayable` where something has nothing to stand for it. */
export function fill(text: string, fillings: Fillings, encode: (text: string) => string = String): string {
  return text.replace(PLACEHOLDER, (_whole, name: string) => {
    const filling = fillings(name);
    if (filling === undefined || filling === null) throw new Unsayable(`nothing stands for {${name}}`);
    return encode(filling);
  });
}

/** Texts alone are filled: keys and numbers stay. */
export function fillJson(json: unknown, fillings: Fillings): unknown {
  if (typeof json === 'string') return fill(json, fillings);
  if (Array.isArray(json)) return json.map((each) => fillJson(each, fillings));
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, fillJson(value, fillings)]));
}

/** As one segment, or part of one: it names nothing but itself. Throws `Unsayable` for what would be another place. */
export function asSegment(text: string): string {
  if (text === '' || text === '.' || text === '..')
    throw new Unsayable('what stands in a path would be another place');
  return encodeURIComponent(text);
}

/** A header takes no line of its own, and only what one byte holds. Throws `Unsayable`. */
export function asHeader(text: string): string {
  if (/[^\t\x20-\x7e\x80-\xff]/.test(text))
    throw new Unsayable('a header cannot hold what is to stand in it');
  return text;
}

/** A call cannot be made with what it is about. Never says what stood for anything. */
export class Unsayable extends Error {}
