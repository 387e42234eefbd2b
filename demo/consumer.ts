import { request } from 'node:http';
import { type Access, logIn } from './login.ts';
import { onCommands, pause } from './witness-lines.ts';

/**
 * Reads by reference through the resolver and keeps logging in, by the field's rule: on an authentication failure read
 * again and try once more. A lock-out is when that fails too.
 */
export type ConsumerSeen = 'ready' | 'locked-out' | 'off' | 'fenced' | 'unread' | 'unreachable';

export interface ConsumerLogin {
  readonly ref: string;
  readonly atMs: number;
  readonly endedMs: number;
  readonly seen: ConsumerSeen;
  /** It took the second try. */
  readonly again: boolean;
}

export interface ConsumerReport {
  readonly logins: readonly ConsumerLogin[];
}

/** Every so many logins it reads anew although the value it has still works. */
const READ_EVERY = 5;

let accounts: readonly Access[] = [];
let pauseMs = 0;
let socketPath = '';
const cache = new Map<string, { value: string; uses: number }>();
const logins: ConsumerLogin[] = [];

function readSecret(ref: string): Promise<{ value?: string; code?: string }> {
  return new Promise((resolve) => {
    const body = JSON.stringify({ ref });
    const call = request({ socketPath, path: '/read', method: 'POST' }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')) as { value?: string; code?: string }),
      );
    });
    call.on('error', () => resolve({ code: 'resolver-unreachable' }));
    call.end(body);
  });
}

async function valueOf(ref: string, fresh: boolean): Promise<'fenced' | 'unread' | { value: string }> {
  const cached = cache.get(ref);
  if (!fresh && cached !== undefined && cached.uses < READ_EVERY) {
    cached.uses += 1;
    return { value: cached.value };
  }
  const { value, code } = await readSecret(ref);
  if (value === undefined) return code === 'fenced' || code === 'key-closed' ? 'fenced' : 'unread';
  cache.set(ref, { value, uses: 0 });
  return { value };
}

async function use(account: Access): Promise<void> {
  const atMs = Date.now();
  const note = (seen: ConsumerSeen, again: boolean) => {
    logins.push({ ref: account.ref, atMs, endedMs: Date.now(), seen, again });
  };
  for (const again of [false, true]) {
    const got = await valueOf(account.ref, again);
    if (typeof got === 'string') return note(got, again);
    const { seen, client } = await logIn(account, got.value);
    await client?.end().catch(() => undefined);
    if (seen !== 'refused') return note(seen, again);
  }
  note('locked-out', true);
}

async function keepUsing(): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    const account = accounts[turn % accounts.length];
    if (account !== undefined) void use(account);
    await pause(pauseMs);
  }
}

onCommands(async (command) => {
  switch (command['do']) {
    case 'begin':
      accounts = command['accounts'] as Access[];
      pauseMs = Number(command['pauseMs']);
      socketPath = String(command['socketPath']);
      void keepUsing();
      return null;
    case 'round': {
      const skipped = new Set(command['without'] as number[]);
      const wanted = accounts.filter((account) => !skipped.has(account.port));
      for (let from = 0; from < wanted.length; from += 8)
        await Promise.all(wanted.slice(from, from + 8).map(use));
      return null;
    }
    case 'report':
      return { logins } satisfies ConsumerReport;
    default:
      throw new Error(`unknown command ${String(command['do'])}`);
  }
});
