import type { AdminConnection } from './admin-connection.ts';
import { Refusal, textOf } from './resp.ts';

/** Accounts and, for each, the moment before which a connection counts as one from before. */
export interface Marked {
  readonly user: string;
  /** Of `markOf`. */
  readonly mark: string;
}

const GIVE_UP_MS = 6_000;
const LOOK_EVERY_MS = 3;

interface Client {
  readonly id: number;
  readonly name: string;
  readonly user: string;
}

export interface Emptied {
  /** Users who had connections from before, each with how many were ended. */
  readonly ended: ReadonlyMap<string, number>;
  /** False: one from before is still there. */
  readonly gone: boolean;
}

/**
 * This moment at the server: its connections have numbers, higher with each that it takes, counted from the start with each
 * of its runs. Throws a refusal.
 */
export async function markNow(admin: AdminConnection): Promise<string> {
  const newest = Math.max(admin.id, ...(await clientsOf(admin)).map(({ id }) => id));
  return `${admin.run}:${newest + 1}`;
}

/**
 * Ends every connection of these users that began before their mark, and answers once a look shows none. A login is one
 * command, which the server does as a whole: none is ever half-way. Throws a refusal.
 */
export async function endSessionsBefore(
  admin: AdminConnection,
  accounts: readonly Marked[],
): Promise<Emptied> {
  const before = new Map(accounts.map(({ user, mark }) => [user, beginningAt(mark, admin.run)]));
  const ended = new Map<string, number>();
  const gone = await endAll(
    admin,
    ({ id, user }) => id < (before.get(user) ?? 0),
    ({ user }) => ended.set(user, (ended.get(user) ?? 0) + 1),
  );
  return { ended, gone };
}

/** Ends what these writers have open, by the name they show, and answers whether they were seen gone. Throws a refusal. */
export function endWritersNamed(admin: AdminConnection, names: readonly string[]): Promise<boolean> {
  const wanted = new Set(names);
  return endAll(admin, ({ name }) => wanted.has(name));
}

async function endAll(
  admin: AdminConnection,
  isMeant: (client: Client) => boolean,
  told: (client: Client) => void = () => undefined,
): Promise<boolean> {
  const began = performance.now();
  const ending = new Set<number>();
  for (;;) {
    const clients = (await clientsOf(admin)).filter((client) => client.id !== admin.id && isMeant(client));
    if (clients.length === 0) return true;
    if (performance.now() - began > GIVE_UP_MS) return false;
    const found = clients.filter(({ id }) => !ending.has(id));
    for (const client of found) {
      ending.add(client.id);
      told(client);
    }
    for (const reply of await admin.ask(found.map(({ id }) => ['CLIENT', 'KILL', 'ID', String(id)])))
      if (reply instanceof Refusal) throw reply;
    if (found.length === 0) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Zero where the server was started anew since: no connection is older than its run. */
function beginningAt(mark: string, run: string): number {
  const [markedRun, id] = mark.split(':');
  return markedRun === run ? Number(id) : 0;
}

async function clientsOf(admin: AdminConnection): Promise<Client[]> {
  const [reply] = await admin.ask([['CLIENT', 'LIST']]);
  if (reply instanceof Refusal) throw reply;
  return textOf(reply)
    .split('\n')
    .flatMap((line) => {
      const id = /^id=(\d+) /.exec(line)?.[1];
      if (id === undefined) return [];
      const [name, user] = [/ name=(\S*)/, / user=(\S*)/].map((word) => word.exec(line)?.[1] ?? '');
      return [{ id: Number(id), name: name ?? '', user: user ?? '' }];
    });
}
