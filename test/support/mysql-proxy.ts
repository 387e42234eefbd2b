import { aWireProxy, type Framing, type WireProxy } from './wire-proxy.ts';

/** COM_QUERY. */
const QUERY = 3;

/**
 * On this wire a statement's type is `query`, what else the client says `other`, its login `login`; of the server's answers the
 * one that says that a statement is done is `ok`, a refusal `error`.
 */
export function aMysqlProxy(server: { readonly host: string; readonly port: number }): Promise<WireProxy> {
  return aWireProxy(server, createFraming);
}

function createFraming(): Framing {
  let loggedIn = false;
  return (from, bytes) => {
    if (bytes.length < 5) return null;
    const size = 4 + bytes.readUIntLE(0, 3);
    if (bytes.length < size) return null;
    const [place, first] = [bytes[3] ?? 0, bytes[4] ?? 0];
    if (from === 'server') return { type: first === 0 ? 'ok' : first === 0xff ? 'error' : 'row', size };
    if (place === 1 && !loggedIn) {
      loggedIn = true;
      const user = bytes.toString('utf8', 36, bytes.indexOf(0, 36));
      return { type: 'login', size, user };
    }
    return { type: place === 0 && first === QUERY ? 'query' : 'other', size };
  };
}
