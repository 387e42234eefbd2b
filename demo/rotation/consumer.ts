import { request } from 'node:http';
import { logIn, type Reached } from './log-in.ts';

/** What the consumer saw of one target. */
export interface Seen {
  logins: number;
  /** With the value that it still held, refused; it never tried again. */
  failed: number;
  /** Reads that gave another value than the one before. */
  changed: number;
  /** Words of the first that failed. */
  first?: string;
}

/** Logins with one value before it is read again: what a pool does. */
const KEPT_FOR = 4;

function read(socketPath: string, ref: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path: '/read', method: 'POST' }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const answer = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
          value?: string;
          code?: string;
        };
        if (answer.value === undefined) reject(new Error(`not read: ${answer.code ?? 'unknown'}`));
        else resolve(answer.value);
      });
    });
    call.on('error', reject);
    call.end(JSON.stringify({ ref }));
  });
}

/** Reads by reference and logs in, over and over, and without a second try: none of these kinds has a gap. */
export function startConsumer(
  accounts: readonly (Reached & { readonly ref: string; readonly target: string })[],
  socketPath: string,
): { readonly seen: ReadonlyMap<string, Seen>; stop(): Promise<void> } {
  const over = new AbortController();
  const seen = new Map<string, Seen>();
  const using = accounts.map(async (account) => {
    const own = seen.get(account.target) ?? { logins: 0, failed: 0, changed: 0 };
    seen.set(account.target, own);
    let before: string | undefined;
    while (!over.signal.aborted) {
      try {
        const value = await read(socketPath, account.ref);
        if (before !== undefined && before !== value) own.changed += 1;
        before = value;
        for (let use = 0; use < KEPT_FOR && !over.signal.aborted; use += 1) {
          own.logins += 1;
          await logIn(account, value);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      } catch (error) {
        own.failed += 1;
        own.first ??= error instanceof Error ? error.message : 'failed';
      }
    }
  });
  return {
    seen,
    async stop() {
      over.abort();
      await Promise.all(using);
    },
  };
}
