import { canonicalJson } from '../canonical.ts';
import { GENESIS, hashLine } from './line.ts';

/** What is wrong with lines of a chain, and where it first shows. */
export interface Tampering {
  readonly kind:
    | 'malformed'
    | 'edit'
    | 'removal'
    | 'reordering'
    | 'repetition'
    | 'missing-tail'
    | 'trailer'
    | 'checkpoint'
    | 'older-export'
    | 'other-chain'
    | 'not-canonical';
  /** Line of the chain, from 1; 0 where it is not the chain's. */
  readonly line: number;
  readonly message: string;
}

/** A chain's lines one after the other, from zeros: each at its place, of one chain, and by its hash upon the one before. */
export class ChainWalk {
  /** The last line that fitted; 0 before the first. */
  seq = 0;
  /** Of the first line, unless it was given. */
  chain: string | undefined;
  private previous: Buffer = Buffer.from(GENESIS, 'hex');
  private readonly canonical: boolean;

  constructor(options: { readonly canonical: boolean; readonly chain?: string }) {
    this.canonical = options.canonical;
    this.chain = options.chain;
  }

  /** The last line's; zeros before the first. */
  get hash(): string {
    return this.previous.toString('hex');
  }

  /** Null: it is the next line. `removal`: a later one stands there, and the walk stays where it was. */
  step({ entry, hash }: { readonly entry: Buffer; readonly hash: string }): Tampering | null {
    const line = this.seq + 1;
    const seq = seqIn(entry);
    if (seq !== undefined && seq > line) {
      return entry.includes('"hash":"')
        ? { kind: 'malformed', line, message: `line ${line} is no entry: it is several` }
        : {
            kind: 'removal',
            line,
            message: `entry ${line} is missing here: entry ${seq} stands in its place`,
          };
    }
    if (seq !== undefined && seq < line)
      return { kind: 'repetition', line, message: `entry ${seq} stands a second time, at line ${line}` };
    const own = textAfter(entry, '"chain":"');
    this.chain ??= own;
    if (own !== this.chain) return { kind: 'other-chain', line, message: `line ${line} is of chain ${own}` };
    if (this.canonical && !isCanonical(entry))
      return { kind: 'not-canonical', line, message: `line ${line} is not in canonical form` };
    this.previous = hashLine(entry, this.previous);
    this.seq = line;
    return this.hash === hash ? null : { kind: 'edit', line, message: edited(line) };
  }
}

function edited(line: number): string {
  const before = line === 1 ? '' : `, or entry ${line - 1} was together with its own hash`;
  return `entry ${line} does not fit its hash: it was edited${before}`;
}

/** Own fields come in canonical order, so the last occurrence is ours and not one inside a text. */
export function seqIn(text: Buffer): number | undefined {
  const name = '"seq":';
  const at = text.lastIndexOf(name);
  if (at < 0) return undefined;
  let number = 0;
  let index = at + name.length;
  const first = index;
  for (let byte = text[index] ?? 0; byte >= 0x30 && byte <= 0x39; byte = text[index] ?? 0) {
    number = number * 10 + (byte - 0x30);
    index += 1;
  }
  return index === first ? undefined : number;
}

function textAfter(text: Buffer, name: string): string | undefined {
  const at = text.indexOf(name);
  if (at < 0) return undefined;
  const from = at + name.length;
  return text.toString('utf8', from, text.indexOf('"', from));
}

function isCanonical(text: Buffer): boolean {
  const line = text.toString('utf8');
  try {
    return canonicalJson(JSON.parse(line)) === line;
  } catch {
    return false;
  }
}
