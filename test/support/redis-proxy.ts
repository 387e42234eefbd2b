import { decode, listOf, type Reply, textOf } from '../../shared/rotators/redis/resp.ts';
import { aWireProxy, type Framing, type WireProxy } from './wire-proxy.ts';

/** On Redis' wire a command's type is its name, with the second word of those that have one; an answer's is its first character. */
export function aRedisProxy(server: { readonly host: string; readonly port: number }): Promise<WireProxy> {
  return aWireProxy(server, () => redisFraming);
}

const TWO_WORDS = new Set(['ACL', 'CLIENT', 'CONFIG', 'INFO']);

const redisFraming: Framing = (from, bytes) => {
  const read = bytes.length === 0 ? null : decode(bytes, 0);
  if (read === null) return null;
  if (from === 'server') return { type: String.fromCharCode(bytes[0] ?? 0), size: read.next };
  const [name = '', ...words] = wordsOf(read.reply);
  const type = TWO_WORDS.has(name) ? `${name} ${words[0] ?? ''}` : name;
  return {
    type,
    size: read.next,
    ...(name === 'AUTH' ? { user: words[0] } : {}),
    ...(type === 'CLIENT SETNAME' ? { application: words[1] } : {}),
  };
};

/** A command is framed as a list of texts. */
function wordsOf(command: Reply): string[] {
  return listOf(command).map(textOf);
}
