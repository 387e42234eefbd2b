import type { SecretRef } from '../secret-ref.ts';
import type { Matcher, Span } from './matcher.ts';
import {
  LONGEST_PRIVATE_KEY,
  PRIVATE_KEY_BEGINS,
  PRIVATE_KEY_ENDS,
  type RuleSpan,
  spansOfRules,
} from './rules.ts';

/** A line that is longer is gone through in pieces. */
const LONGEST_LINE = 1 << 20;
/** The longest that one byte becomes: an escape `\uXXXX`. */
const LONGEST_ESCAPE = 6;
/** Beyond what any rule takes. */
const LONGEST_OF_RULES = 2 * LONGEST_PRIVATE_KEY;
/** What of ours may span lines waits for so much at most before it is gone through again. */
const AT_ONCE = 1 << 16;
const LINE_BREAK = 0x0a;

/** What was replaced: of a version of ours, or by a rule. */
export type Replaced =
  | { readonly ref: SecretRef; readonly versionId: string; readonly line: number }
  | { readonly rule: string; readonly line: number };

export interface RedactorOptions {
  readonly matcher: Matcher;
  /** What is passed on, in order. The bytes are given away. */
  readonly pass: (bytes: Uint8Array) => void;
  /** Once for each version and place. Line from 1. Never what stood there. */
  readonly replaced: (what: Replaced) => void;
}

export interface Redactor {
  push(bytes: Uint8Array): void;
  /** From now on what this one knows is sought: values that came meanwhile. */
  use(matcher: Matcher): void;
  /** Passes on what is left. */
  end(): void;
}

/** How a value of ours is called in its place: by its reference and the beginning of the version's id. */
function markOf(ref: SecretRef, versionId: string): string {
  return `[rekey:${ref}:${versionId.slice(0, 8)} redacted]`;
}

/**
 * Bytes in, the same bytes out, with what is secret replaced. Whole lines go on at once; what may go on in the next bytes is
 * held: a line that has no end yet, and, where values of ours have line breaks, as much as the longest of them is long. Memory
 * is bounded: a line of more than a megabyte goes on in pieces, with as much held as any encoding of a value takes.
 */
export function createRedactor({ matcher: first, pass, replaced }: RedactorOptions): Redactor {
  let matcher = first;
  const heldOfLines = () => Math.max(0, matcher.longestOfLines - 1);
  const heldOfLongLine = () => Math.max(matcher.longest * LONGEST_ESCAPE, LONGEST_OF_RULES);
  let pending: Buffer = Buffer.alloc(0);
  let chunks: Uint8Array[] = [];
  let waiting = 0;
  let line = 1;

  function take(): void {
    pending = Buffer.concat([pending, ...chunks]);
    chunks = [];
    waiting = 0;
  }

  /** How far nothing can change any more, whatever comes. */
  function settled(): number {
    const lines = pending.lastIndexOf(LINE_BREAK) + 1;
    const longLine = pending.length - lines > LONGEST_LINE ? pending.length - heldOfLongLine() : 0;
    const ofLines = Math.min(lines, pending.length - heldOfLines());
    const upTo = Math.max(0, ofLines, longLine);
    const begun = pending.lastIndexOf(PRIVATE_KEY_BEGINS);
    const isOpen =
      begun >= 0 &&
      pending.length - begun <= LONGEST_PRIVATE_KEY &&
      pending.indexOf(PRIVATE_KEY_ENDS, begun) < 0;
    return isOpen ? Math.min(upTo, begun) : upTo;
  }

  function goThrough(isLast: boolean): void {
    take();
    if (pending.length === 0) return;
    let upTo = isLast ? pending.length : settled();
    if (upTo === 0) return;
    const spans = together(matcher.find(pending), spansOfRules(pending.toString('latin1')));
    // What was found whole goes whole.
    for (const { start, end } of spans) if (start < upTo && end > upTo) upTo = end;
    passOn(spans, upTo);
    pending = Buffer.from(pending.subarray(upTo));
  }

  function passOn(spans: readonly (Span | RuleSpan)[], upTo: number): void {
    let from = 0;
    for (const span of spans) {
      if (span.start >= upTo) break;
      line += breaksIn(pending, from, span.start);
      if (span.start > from) pass(pending.subarray(from, span.start));
      pass(Buffer.from(markOfSpan(span)));
      if ('rule' in span) replaced({ rule: span.rule, line });
      else for (const { ref, versionId } of span.known) replaced({ ref, versionId, line });
      line += breaksIn(pending, span.start, span.end);
      from = span.end;
    }
    line += breaksIn(pending, from, upTo);
    if (upTo > from) pass(pending.subarray(from, upTo));
  }

  return {
    push(bytes) {
      if (bytes.length === 0) return;
      chunks.push(bytes);
      waiting += bytes.length;
      const isLong = pending.length + waiting > LONGEST_LINE + heldOfLongLine();
      const isWorthIt = waiting >= Math.min(heldOfLines(), AT_ONCE) && bytes.includes(LINE_BREAK);
      if (isLong || isWorthIt) goThrough(false);
    },
    use(next) {
      matcher = next;
    },
    end: () => goThrough(true),
  };
}

function markOfSpan(span: Span | RuleSpan): string {
  if ('rule' in span) return `[rekey:${span.rule} redacted]`;
  const [first] = span.known;
  return first === undefined ? '' : markOf(first.ref, first.versionId);
}

/** What is ours has its own name: a rule that finds the same, or some of it, adds nothing. */
function together(ours: readonly Span[], byRule: readonly RuleSpan[]): (Span | RuleSpan)[] {
  const all: (Span | RuleSpan)[] = [...ours];
  let at = 0;
  for (const span of byRule) {
    while (at < ours.length && (ours[at]?.end ?? 0) <= span.start) at += 1;
    const next = ours[at];
    if (next === undefined || next.start >= span.end) all.push(span);
  }
  return all.sort((one, other) => one.start - other.start);
}

function breaksIn(bytes: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_BREAK, from); at >= 0 && at < to; at = bytes.indexOf(LINE_BREAK, at + 1))
    count += 1;
  return count;
}
