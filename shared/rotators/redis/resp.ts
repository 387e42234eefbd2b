/** One answer in the server's protocol, version 2 (RESP2). */
export type Reply = string | number | null | Refusal | readonly Reply[];

/** An error that the server answered with. Only its first word is kept: the rest may quote what was sent. */
export class Refusal extends Error {
  /** `WRONGPASS`, `NOPERM`, …; for a plain `ERR` what kind of it, where we know the text. */
  readonly code: string;
  constructor(text: string) {
    const word = /^[A-Z]+/.exec(text)?.[0] ?? 'ERR';
    const code = word === 'ERR' ? (KNOWN.find(([begins]) => text.startsWith(begins))?.[1] ?? word) : word;
    super(code);
    this.code = code;
  }
}

/** An answer's text; empty where it is none. */
export function textOf(reply: Reply | undefined): string {
  return typeof reply === 'string' ? reply : '';
}

/** An answer's items; none where it is no list. */
export function listOf(reply: Reply | undefined): readonly Reply[] {
  return Array.isArray(reply) ? reply : [];
}

/** Texts of plain errors on which something depends (redis 7.0: acl.c, config.c, networking.c, server.c). */
const KNOWN: readonly (readonly [string, string])[] = [
  ['ERR max number of clients reached', 'MAXCLIENTS'],
  ['ERR unknown command', 'UNKNOWN'],
  ['ERR unknown subcommand', 'UNKNOWN'],
  ['ERR Unknown subcommand', 'UNKNOWN'],
  ['ERR This Redis instance is not configured to use an ACL file', 'NOACLFILE'],
  ['ERR The server is running without a config file', 'NOCONFIG'],
];

export type Command = readonly string[];

export function encode(commands: readonly Command[]): Buffer {
  return Buffer.from(
    commands
      .map((words) =>
        [`*${words.length}`, ...words.flatMap((word) => [`$${Buffer.byteLength(word)}`, word]), ''].join(
          '\r\n',
        ),
      )
      .join(''),
  );
}

/** Reads one answer that begins at `from`; null where the rest of it is still to come. Throws on what is no answer. */
export function decode(bytes: Buffer, from: number): { readonly reply: Reply; readonly next: number } | null {
  const end = bytes.indexOf('\r\n', from, 'latin1');
  if (end === -1) return null;
  const line = bytes.toString('utf8', from + 1, end);
  const next = end + 2;
  switch (String.fromCharCode(bytes[from] ?? 0)) {
    case '+':
      return { reply: line, next };
    case '-':
      return { reply: new Refusal(line), next };
    case ':':
      return { reply: Number(line), next };
    case '$':
      return decodeText(bytes, Number(line), next);
    case '*':
      return decodeList(bytes, Number(line), next);
    default:
      throw new Error('what answers speaks another protocol');
  }
}

function decodeText(bytes: Buffer, size: number, from: number) {
  if (size === -1) return { reply: null, next: from };
  if (bytes.length < from + size + 2) return null;
  return { reply: bytes.toString('utf8', from, from + size), next: from + size + 2 };
}

function decodeList(bytes: Buffer, size: number, from: number) {
  if (size === -1) return { reply: null, next: from };
  const reply: Reply[] = [];
  let next = from;
  while (reply.length < size) {
    const item = decode(bytes, next);
    if (item === null) return null;
    reply.push(item.reply);
    next = item.next;
  }
  return { reply, next };
}
