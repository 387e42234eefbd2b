/**
 * A piece of each value, in its middle, by which a text is looked through: its hash rolls over the text byte by byte, whatever
 * the values' lengths are. It only says where looking closer is worth it. In the middle, because keys begin alike.
 */
export const WINDOWS = [16, 8] as const;
export type WindowSize = (typeof WINDOWS)[number];

/** A shorter value is in too many texts by chance: none is looked through for it. */
export const SHORTEST_SOUGHT = 8;

export interface Window {
  readonly size: WindowSize;
  /** Where it begins within its value. */
  readonly offset: number;
}

/** Null of a value that no text is looked through for. */
export function windowOf(length: number): Window | null {
  const size = WINDOWS.find((candidate) => candidate <= length);
  return size === undefined ? null : { size, offset: (length - size) >> 1 };
}

/** What each byte puts into the hash. No secret: a hash never leaves memory unsealed. */
export const ENTERING: Uint32Array = scattered(256);

/** What a byte that entered `size` bytes ago has become. */
export function leaving(size: WindowSize): Uint32Array {
  return ENTERING.map((bits) => (bits << size) | (bits >>> (32 - size)));
}

/** 32 bits of a window's bytes. */
export function hashOf(bytes: Uint8Array, { size, offset }: Window): number {
  let hash = 0;
  for (let at = offset; at < offset + size; at += 1)
    hash = ((hash << 1) | (hash >>> 31)) ^ (ENTERING[bytes[at] ?? 0] ?? 0);
  return hash >>> 0;
}

/** The same numbers in every process (mulberry32). */
function scattered(count: number): Uint32Array {
  let state = 0x9e37_79b9;
  return Uint32Array.from({ length: count }, () => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  });
}
