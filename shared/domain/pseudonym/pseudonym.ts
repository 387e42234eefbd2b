import { createHmac } from 'node:crypto';

/** Bytes of the key that a name's pseudonym is made with. */
export const PSEUDONYM_KEY_BYTES = 32;

const DIGITS = 32;
const ALONE = /^pn-[0-9a-f]{32}$/;
/** With the network before it, where it stands for an address. */
const ANYWHERE = /(?:[0-9a-f.:]+\/\d{1,3}~)?(pn-[0-9a-f]{32})/gi;

/**
 * What the chain says in a name's place: the same each time while the key is there, so that what is compared stays comparable,
 * and nobody's once it is destroyed. Without the key no guess of the name can be tried.
 */
export function pseudonymOf(key: Uint8Array, name: string): string {
  return `pn-${createHmac('sha256', key).update(name).digest('hex').slice(0, DIGITS)}`;
}

export function isPseudonym(text: string): boolean {
  return ALONE.test(text);
}

/** Each once, in a text or in everything that a record holds. */
export function pseudonymsIn(value: unknown): string[] {
  const found = new Set<string>();
  eachText(value, (text) => {
    if (!text.includes('pn-')) return;
    for (const [, pseudonym = ''] of text.matchAll(ANYWHERE)) found.add(pseudonym);
  });
  return [...found];
}

/** The text with the names that are known; another pseudonym stays as it is. */
export function withNames(
  text: string,
  names: ReadonlyMap<string, string>,
  written: (name: string) => string = (name) => name,
): string {
  return text.replaceAll(ANYWHERE, (whole, pseudonym: string) => {
    const name = names.get(pseudonym);
    return name === undefined ? whole : written(name);
  });
}

function eachText(value: unknown, look: (text: string) => void): void {
  if (typeof value === 'string') look(value);
  else if (typeof value === 'object' && value !== null)
    for (const part of Object.values(value)) eachText(part, look);
}
