import type { SecretRef } from '../secret-ref.ts';
import { decodeBase64, ESCAPES, PERCENTS, runsOfBase64, stretchesAround, View } from './decode.ts';
import { type FingerprintKey, type Hint, tagOf } from './fingerprint.ts';
import { ENTERING, leaving, SHORTEST_SOUGHT, WINDOWS, type WindowSize, windowOf } from './window.ts';

/** A fingerprint whose key is open. */
export interface Known extends Hint {
  readonly ref: SecretRef;
  readonly versionId: string;
  readonly key: FingerprintKey;
  readonly tag: Uint8Array;
}

export interface Span {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  /** More than one where versions have the same value. */
  readonly known: readonly Known[];
}

/** Finds values that it knows by fingerprint alone. */
export interface Matcher {
  /**
   * Where values of ours are, in order, none overlapping another: as they are, URL-encoded, escaped as in JSON, in base64 at any
   * alignment, and two of these in one another. What is encoded is found as far as its encoding reaches.
   */
  find(bytes: Uint8Array): Span[];
  /** The versions that have exactly this value, of those that are too short to look for in a text. */
  whose(value: Uint8Array): Known[];
  /** Of those it looks for; 0 where there is none. */
  readonly longest: number;
  /** Of those that hold a line break. */
  readonly longestOfLines: number;
}

/** How often one encoding may stand in another. */
const DEEPEST = 2;

/** Bits of the filter for each value: one window in thirty is looked at twice. */
const BITS_EACH = 32;

interface Sought {
  readonly size: WindowSize;
  readonly leaving: Uint32Array;
  readonly filter: Uint32Array;
  readonly shift: number;
  readonly byHash: ReadonlyMap<number, readonly Known[]>;
}

export function createMatcher(known: readonly Known[]): Matcher {
  const lengths = known.map(({ length }) => length).filter((length) => length >= SHORTEST_SOUGHT);
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const shortest = lengths.reduce((least, length) => Math.min(least, length), longest);
  const sought = WINDOWS.flatMap((size) => {
    const some = known.filter(({ length }) => windowOf(length)?.size === size);
    return some.length === 0 ? [] : [soughtBy(size, some)];
  });
  const short = known.filter(({ length }) => windowOf(length) === null);

  /** One of each depth, and one for base64, which nothing stands in. */
  const views = Array.from({ length: DEEPEST + 1 }, () => new View());

  /** In one view what was found is where its bytes stood. */
  function inside(view: View, found: (span: Span) => void): (span: Span) => void {
    return ({ start, end, known }) => found({ start: view.startOf(start), end: view.endOf(end - 1), known });
  }

  function look(bytes: Uint8Array, depth: number, found: (span: Span) => void): void {
    for (const one of sought) roll(bytes, one, found);
    const base64 = views[DEEPEST] as View;
    for (const run of runsOfBase64(bytes, shortest)) {
      for (let phase = 0; phase < 4; phase += 1) {
        base64.clear(run.end - run.start);
        decodeBase64(bytes, { start: run.start + phase, end: run.end }, base64);
        for (const one of sought) roll(base64.bytes, one, inside(base64, found));
      }
    }
    const view = views[depth];
    if (depth === DEEPEST || view === undefined) return;
    for (const encoding of [PERCENTS, ESCAPES]) {
      for (const stretch of stretchesAround(bytes, encoding.sign, longest)) {
        view.clear(stretch.end - stretch.start);
        encoding.decode(bytes, stretch, view);
        if (view.isDecoded) look(view.bytes, depth + 1, inside(view, found));
      }
    }
  }

  return {
    longest,
    longestOfLines: known.reduce(
      (most, { hasLineBreak, length }) => (hasLineBreak ? Math.max(most, length) : most),
      0,
    ),
    find(bytes) {
      if (sought.length === 0) return [];
      const spans: Span[] = [];
      look(bytes, 0, (span) => spans.push(span));
      return withoutOverlaps(spans);
    },
    whose: (value) =>
      confirmed(
        value,
        short.filter(({ length }) => length === value.length),
      ),
  };
}

function soughtBy(size: WindowSize, known: readonly Known[]): Sought {
  const bits = Math.min(24, Math.max(16, Math.ceil(Math.log2(known.length * BITS_EACH))));
  const shift = 32 - bits;
  const filter = new Uint32Array(2 ** (bits - 5));
  for (const { windowHash } of known) {
    const at = windowHash >>> shift;
    filter[at >>> 5] = (filter[at >>> 5] ?? 0) | (1 << (at & 31));
  }
  return {
    size,
    leaving: leaving(size),
    filter,
    shift,
    byHash: Map.groupBy(known, ({ windowHash }) => windowHash),
  };
}

/** One pass, a few operations a byte, whatever the number of values and their lengths. */
function roll(bytes: Uint8Array, sought: Sought, found: (span: Span) => void): void {
  const { size, leaving, filter, shift, byHash } = sought;
  const count = bytes.length;
  let hash = 0;
  for (let at = 0; at < count; at += 1) {
    hash = ((hash << 1) | (hash >>> 31)) ^ (ENTERING[bytes[at] as number] as number);
    if (at >= size) hash ^= leaving[bytes[at - size] as number] as number;
    const place = (hash >>> 0) >>> shift;
    if (((filter[place >>> 5] as number) & (1 << (place & 31))) === 0 || at < size - 1) continue;
    const candidates = byHash.get(hash >>> 0);
    if (candidates !== undefined) lookCloser(bytes, at + 1 - size, candidates, found);
  }
}

function lookCloser(
  bytes: Uint8Array,
  windowStart: number,
  candidates: readonly Known[],
  found: (span: Span) => void,
): void {
  for (const [length, some] of Map.groupBy(candidates, (one) => one.length)) {
    const start = windowStart - (windowOf(length)?.offset ?? 0);
    const end = start + length;
    if (start < 0 || end > bytes.length) continue;
    const known = confirmed(bytes.subarray(start, end), some);
    if (known.length > 0) found({ start, end, known });
  }
}

/** Those whose fingerprint it is: one HMAC for each key that is asked of. */
function confirmed(value: Uint8Array, candidates: readonly Known[]): Known[] {
  return [...Map.groupBy(candidates, ({ key }) => key)].flatMap(([key, some]) => {
    const tag = tagOf(key, value);
    return some.filter((one) => tag.equals(one.tag));
  });
}

/** What overlaps is one span, of all whose it is: a part of it that stayed would still be ours. */
function withoutOverlaps(spans: readonly Span[]): Span[] {
  const inOrder = spans.toSorted((one, other) => one.start - other.start || other.end - one.end);
  const kept: Span[] = [];
  for (const span of inOrder) {
    const last = kept.at(-1);
    if (last === undefined || span.start >= last.end) {
      kept.push(span);
      continue;
    }
    const more = span.known.filter(({ versionId }) => last.known.every((one) => one.versionId !== versionId));
    kept[kept.length - 1] = {
      start: last.start,
      end: Math.max(last.end, span.end),
      known: [...last.known, ...more],
    };
  }
  return kept;
}
