/** A JSON Pointer (RFC 6901): `/a/0/b`; the empty one is the whole. */
export const POINTER = /^(\/([^~/]|~[01])*)*$/;

/** What stands there; undefined where nothing does. */
export function at(json: unknown, pointer: string): unknown {
  let here = json;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined;
    here = (here as Record<string, unknown>)[key];
  }
  return here;
}

/** A text or a number that stands there, as text; undefined for anything else, and for an empty one. */
export function textAt(json: unknown, pointer: string): string | undefined {
  const found = at(json, pointer);
  if (typeof found === 'string' && found !== '') return found;
  return typeof found === 'number' || typeof found === 'boolean' ? String(found) : undefined;
}
