import { parentPort, workerData } from 'node:worker_threads';
import { Client } from 'pg';
import { openState } from '../local/state.ts';
import type { SecretRef } from '../shared/domain/secret-ref.ts';

/** Consumers in a thread of their own: what rotates beside them leaves them their turns. */
export interface LogInsAsked {
  readonly home: string;
  readonly accounts: readonly {
    readonly ref: SecretRef;
    readonly role: string;
    readonly host: string;
    readonly port: number;
  }[];
  readonly wanted: number;
}

export interface LogIns {
  readonly logins: number;
  /** Refused, and let in with what a second read gave. */
  readonly secondTries: number;
  /** Refused with that too. */
  readonly lockOuts: number;
}

const CONSUMERS = 3;
/** They keep a value for a few logins, as a pool does. */
const KEPT_FOR = 3;

const { home, accounts, wanted } = workerData as LogInsAsked;
const state = openState(home);
const count = { logins: 0, secondTries: 0, lockOuts: 0 };

async function logIn(at: LogInsAsked['accounts'][number], value: string): Promise<boolean> {
  const { username, password } = credentialIn(value, at.role);
  const client = new Client({ host: at.host, port: at.port, database: 'postgres', user: username, password });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch (error) {
    if ((error as { code?: string }).code !== '28P01') throw error;
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function credentialIn(value: string, role: string): { username: string; password: string } {
  if (!value.startsWith('{')) return { username: role, password: value };
  return JSON.parse(value) as { username: string; password: string };
}

async function read(ref: string): Promise<string> {
  return (await state.resolver.read(ref, { user: 'bench', source: 'test' })).value;
}

/** The field's rule: refused, it reads again and tries once more. */
async function consume(from: number): Promise<void> {
  for (let turn = from; count.logins < wanted; turn += CONSUMERS) {
    const account = accounts[turn % accounts.length];
    if (account === undefined) return;
    const value = await read(account.ref);
    for (let use = 0; use < KEPT_FOR; use += 1) {
      count.logins += 1;
      if (await logIn(account, value)) continue;
      count.secondTries += 1;
      if (!(await logIn(account, await read(account.ref)))) count.lockOuts += 1;
      break;
    }
  }
}

await Promise.all(Array.from({ length: CONSUMERS }, (_, index) => consume(index)));
state.close();
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
parentPort?.postMessage(count satisfies LogIns);
