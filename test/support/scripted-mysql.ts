import { createHash } from 'node:crypto';
import type { Server as Listener } from 'node:net';
import { createServer } from 'mysql2';
import { onTestFinished } from 'vitest';

const sha1 = (...parts: (Uint8Array | string)[]) => {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** What the scripted server answers a statement with: rows, or an error by its number. */
export type Answer = readonly Readonly<Record<string, string | number | null>>[] | { readonly error: number };

interface Hello {
  readonly user: string;
  readonly authPluginData1: Buffer;
  readonly authPluginData2: Buffer;
  readonly authToken: Buffer;
}

/** The driver's own server side, which its types leave out. */
interface Wire {
  sequenceId: number;
  on(event: string, heard: (statement: string) => void): void;
  serverHandshake(hello: object): void;
  writeOk(): void;
  writeError(error: { readonly code: number; readonly message: string }): void;
  writeTextResult(rows: readonly object[], columns: readonly object[]): void;
}

const COLUMN = {
  catalog: 'def',
  schema: '',
  table: '',
  orgTable: '',
  characterSet: 45,
  columnLength: 255,
  flags: 0,
  decimals: 0,
};
const [NUMBER, TEXT] = [8, 253];

/**
 * No MySQL runs here: this says it is one, speaks its protocol, writes down each statement as it came, and answers as the test
 * says. Of what a real one would do with them it shows nothing.
 */
export async function aScriptedMysql(given: {
  readonly version?: string;
  /** Passwords that get in, by user; what else is refused, 1045. */
  readonly passwords: Map<string, Set<string>>;
  /** Of the statements that are not the connection's own. */
  readonly answer: (statement: string) => Answer;
}) {
  const { version = '8.0.36', passwords, answer } = given;
  const statements: string[] = [];
  let connections = 0;
  const server = createServer((connection) => {
    const wire = connection as unknown as Wire;
    connections += 1;
    const id = connections;
    const heard = (statement: string) => {
      const own = ownAnswer(statement, id, version);
      if (own === null) statements.push(statement);
      const said = own ?? answer(statement);
      // Each statement begins a count of its own, which the driver does not keep on this side.
      wire.sequenceId = 1;
      respond(said);
      wire.sequenceId = 0;
    };
    const respond = (said: Answer) => {
      if ('error' in said) return wire.writeError({ code: said.error, message: 'refused' });
      const [first] = said;
      if (first === undefined) return wire.writeOk();
      wire.writeTextResult(
        said,
        Object.entries(first).map(([name, value]) => ({
          ...COLUMN,
          name,
          orgName: name,
          columnType: typeof value === 'number' ? NUMBER : TEXT,
        })),
      );
    };
    wire.on('query', heard);
    wire.on('stmt_prepare', heard);
    wire.on('error', () => undefined);
    wire.serverHandshake({
      protocolVersion: 10,
      serverVersion: version,
      connectionId: id,
      statusFlags: 2,
      characterSet: 45,
      capabilityFlags: 0x00ff_f7ff & ~0x0000_0800,
      authCallback(
        { user, authPluginData1, authPluginData2, authToken }: Hello,
        done: (error: null, refusal?: { code: number; message: string }) => void,
      ) {
        const right = [...(passwords.get(user) ?? [])].some((password) => {
          const twice = sha1(sha1(password));
          const mask = sha1(authPluginData1, authPluginData2, twice);
          return sha1(authToken.map((byte, index) => byte ^ (mask[index] ?? 0))).equals(twice);
        });
        done(null, right ? undefined : { code: 1045, message: 'refused' });
        wire.sequenceId = 0;
      },
    });
  });
  const port = await new Promise<number>((resolve) => {
    const listener = (server as unknown as { _server: Listener })._server;
    listener.listen(0, '127.0.0.1', () => {
      const address = listener.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
    onTestFinished(() => {
      listener.close();
    });
  });
  return { port, statements, host: '127.0.0.1', connections: () => connections };
}

/** What every session asks, whatever it is for. */
function ownAnswer(statement: string, id: number, version: string): Answer | null {
  if (statement.startsWith('SET SESSION')) return [];
  if (statement === 'SELECT VERSION() AS version') return [{ version }];
  if (statement.includes('@@global.read_only')) return [{ readOnly: 0, raw: 0 }];
  if (statement.startsWith('SELECT GET_LOCK')) return [{ held: 1 }];
  if (statement.startsWith('SELECT IS_USED_LOCK')) return [{ id: null, own: id }];
  if (statement.startsWith("SHOW GLOBAL STATUS LIKE 'Uptime'"))
    return [{ Variable_name: 'Uptime', Value: '100' }];
  if (statement.includes('MAX(ID) + 1')) return [{ upcoming: 1_000 }];
  if (statement.includes('CURRENT_USER()')) return [{ as: 'app@%', role: 'NONE' }];
  return null;
}
