/** A text as its encoding means it, and where each byte of it stood in what was decoded. Used again for the next: nothing of it is kept. */
export class View {
  #bytes = new Uint8Array(1 << 10);
  #starts = new Uint32Array(1 << 10);
  #ends = new Uint32Array(1 << 10);
  #count = 0;
  /** Whether anything stands for more than itself. */
  isDecoded = false;

  clear(room: number): void {
    if (this.#bytes.length < room) {
      this.#bytes = new Uint8Array(room);
      this.#starts = new Uint32Array(room);
      this.#ends = new Uint32Array(room);
    }
    this.#count = 0;
    this.isDecoded = false;
  }

  put(byte: number, start: number, end: number): void {
    this.#bytes[this.#count] = byte;
    this.#starts[this.#count] = start;
    this.#ends[this.#count] = end;
    this.#count += 1;
    if (end > start + 1) this.isDecoded = true;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#count);
  }

  startOf(index: number): number {
    return this.#starts[index] ?? 0;
  }

  /** Exclusive: the end of the encoded byte. */
  endOf(index: number): number {
    return this.#ends[index] ?? 0;
  }
}

/** Part of a text. */
export interface Stretch {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

const PERCENT = 0x25;
/** `\ud83d\udd11`. */
const LONGEST_ESCAPE = 12;
const BACKSLASH = 0x5c;

/** A way of writing a text so that each byte or sign may be an escape of its own. */
export interface Encoding {
  /** Which every escape begins with. */
  readonly sign: number;
  /** Into the view, which is empty. What begins no escape stays. */
  decode(bytes: Uint8Array, stretch: Stretch, into: View): void;
}

/** URL-encoding: `%2F`. */
export const PERCENTS: Encoding = {
  sign: PERCENT,
  decode(bytes, { start, end }, into) {
    for (let at = start; at < end; ) {
      const high = bytes[at] === PERCENT ? hexOf(bytes[at + 1]) : -1;
      const low = high < 0 ? -1 : hexOf(bytes[at + 2]);
      const next = at + (low < 0 ? 1 : 3);
      into.put(low < 0 ? (bytes[at] as number) : (high << 4) | low, at, next);
      at = next;
    }
  },
};

/** What a backslash and this sign mean; 0: no escape. */
const ESCAPED = new Uint8Array(256);
for (const [sign, byte] of [
  ['"', 0x22],
  ["'", 0x27],
  ['\\', BACKSLASH],
  ['/', 0x2f],
  ['b', 8],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
] as const) {
  ESCAPED[sign.charCodeAt(0)] = byte;
}

/** As in JSON: `\"`, `\n`, `\u00e4`. */
export const ESCAPES: Encoding = {
  sign: BACKSLASH,
  decode(bytes, { start, end }, into) {
    for (let at = start; at < end; ) {
      const byte = bytes[at] as number;
      if (byte !== BACKSLASH) {
        into.put(byte, at, at + 1);
        at += 1;
        continue;
      }
      const single = ESCAPED[bytes[at + 1] ?? 0] ?? 0;
      const unit = single === 0 ? unitAt(bytes, at) : -1;
      const second = isHigh(unit) ? unitAt(bytes, at + 6) : -1;
      const next = at + (single !== 0 ? 2 : unit < 0 ? 1 : isLow(second) ? 12 : 6);
      if (unit < 0) into.put(single === 0 ? byte : single, at, next);
      else {
        const text = isLow(second) ? String.fromCharCode(unit, second) : String.fromCharCode(unit);
        for (const part of Buffer.from(text, 'utf8')) into.put(part, at, next);
      }
      at = next;
    }
  },
};

/** `\uXXXX`; -1 where there is none. */
function unitAt(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== BACKSLASH || bytes[at + 1] !== 0x75) return -1;
  let unit = 0;
  for (let digit = at + 2; digit < at + 6; digit += 1) {
    const value = hexOf(bytes[digit]);
    if (value < 0) return -1;
    unit = (unit << 4) | value;
  }
  return unit;
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;

function hexOf(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Around each sign as far as a value of `reach` bytes may go; those that touch are one. */
export function stretchesAround(bytes: Uint8Array, sign: number, reach: number): Stretch[] {
  const stretches: Stretch[] = [];
  for (let at = bytes.indexOf(sign); at >= 0; ) {
    const start = Math.max(0, at - reach);
    let last = at;
    while (at >= 0 && at <= last + 2 * reach) {
      last = at;
      at = bytes.indexOf(sign, at + 1);
    }
    stretches.push({ start, end: Math.min(bytes.length, last + LONGEST_ESCAPE + reach) });
  }
  return stretches;
}

const NO_SIGN = 255;

/** Each sign's six bits, of the standard and the URL-safe alphabet alike. */
const SEXTETS = Uint8Array.from({ length: 256 }, (_, byte) => {
  const sign = String.fromCharCode(byte);
  if (sign === '-') return 62;
  if (sign === '_') return 63;
  const at = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.indexOf(sign);
  return at < 0 ? NO_SIGN : at;
});

/** Runs of its signs that are long enough to hold that many bytes in base64. */
export function runsOfBase64(bytes: Uint8Array, fewest: number): Stretch[] {
  const runs: Stretch[] = [];
  const shortest = Math.ceil((fewest * 4) / 3);
  const count = bytes.length;
  // A run that is long enough has a sign at each such distance.
  for (let at = shortest - 1; at < count; at += shortest) {
    if (SEXTETS[bytes[at] as number] === NO_SIGN) continue;
    let start = at;
    while (start > 0 && SEXTETS[bytes[start - 1] as number] !== NO_SIGN) start -= 1;
    let end = at + 1;
    while (end < count && SEXTETS[bytes[end] as number] !== NO_SIGN) end += 1;
    if (end - start >= shortest) runs.push({ start, end });
    at = Math.max(at, end - 1);
  }
  return runs;
}

/** What the signs from `start` mean, read from there: what stands before them decides their alignment, which nobody knows. */
export function decodeBase64(bytes: Uint8Array, { start, end }: Stretch, into: View): void {
  let [bits, held, count] = [0, 0, 0];
  for (let at = start; at < end; at += 1) {
    held = ((held << 6) | (SEXTETS[bytes[at] as number] as number)) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    // A byte begins in the sign before, and ends in this one.
    into.put((held >>> bits) & 0xff, start + (((count * 4) / 3) | 0), at + 1);
    count += 1;
  }
}
