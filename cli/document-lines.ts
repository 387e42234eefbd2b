/** What lines held: a document of JSON, or text that is none. */
export type Held = { readonly document: unknown } | { readonly unread: string };

/**
 * Puts documents together from lines: one a line, or one over several. A line that opens a document and is followed by what no
 * document goes on with costs itself: what comes after it is taken as if it had not been there.
 */
export class DocumentLines {
  #lines: string[] = [];
  #depth = 0;

  take(line: string): Held[] {
    if (line.trim() === '') return [];
    const before = this.#lines.at(-1);
    if (before === undefined) return this.#first(line);
    this.#lines.push(line);
    if (!mayFollow(before, line)) return this.#giveUp(this.#lines.length - 1);
    this.#depth += depthOf(line);
    if (this.#depth > 0) return [];
    const document = parse(this.#lines.join('\n'));
    if (document === undefined) return this.#giveUp(this.#lines.length);
    this.#lines = [];
    return [{ document }];
  }

  /** No line is left. */
  end(): Held[] {
    const held: Held[] = [];
    while (this.#lines.length > 0) held.push(...this.#giveUp(this.#lines.length));
    return held;
  }

  #first(line: string): Held[] {
    const document = parse(line);
    if (document !== undefined) return [{ document }];
    if (!isOpening(line)) return [{ unread: line }];
    this.#lines = [line];
    this.#depth = depthOf(line);
    return [];
  }

  /** What was begun is none: up to a line that is one by itself, and else up to this one, it is text. */
  #giveUp(upTo: number): Held[] {
    const lines = this.#lines;
    this.#lines = [];
    const whole = lines.findIndex((line, index) => index > 0 && isWhole(line));
    const end = whole === -1 ? upTo : Math.min(whole, upTo);
    const unread = lines.slice(0, end).join('\n');
    return [{ unread }, ...lines.slice(end).flatMap((line) => this.take(line))];
  }
}

/** The first line of a document that is written over several. */
function isOpening(line: string): boolean {
  return /^\s*[{[]\s*$/.test(line) || /^\s*\{\s*"Records"\s*:\s*\[?\s*$/.test(line);
}

/** Whether a document could go on with this line: nothing opens but first, after a comma, or after a name. */
function mayFollow(before: string, line: string): boolean {
  return !/^\s*[{[]/.test(line) || /[[,:]\s*$/.test(before);
}

function isWhole(line: string): boolean {
  return /^\s*\{/.test(line) && parse(line) !== undefined;
}

/** How many levels deeper it is after the line. No text of JSON goes over the end of one. */
function depthOf(line: string): number {
  let depth = 0;
  for (const [token] of line.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
  }
  return depth;
}

function parse(text: string): unknown {
  // Only what ends like a document is tried.
  if (!/[}\]]\s*$/.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
