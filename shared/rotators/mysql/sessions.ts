import type { Ask } from './ask.ts';
import { numberOf } from './errors.ts';

/** Users and, for each, the mark before which a session counts as one from before. */
export interface Marked {
  readonly user: string;
  readonly mark: string;
}

export interface Emptied {
  /** Users that had sessions from before, each with how many were ended. */
  readonly ended: ReadonlyMap<string, number>;
  /** False: something from before is still there. */
  readonly gone: boolean;
}

const GIVE_UP_MS = 6_000;
const LOOK_EVERY_MS = 3;
const NO_SUCH_THREAD = 1094;

interface Session {
  readonly id: number;
  readonly user: string;
}

/**
 * Servers of this kind do not say when a session began. They number them: a mark is the first number that no session had yet,
 * and the server's age, since the numbers begin anew with it.
 */
export async function markNow(ask: Ask): Promise<string> {
  const [row] = await ask<{ upcoming: number }>(
    'SELECT MAX(ID) + 1 AS upcoming FROM information_schema.PROCESSLIST',
  );
  return `${row?.upcoming ?? 0}/${await ageOf(ask)}`;
}

async function ageOf(ask: Ask): Promise<number> {
  const [row] = await ask<{ Value: string }>("SHOW GLOBAL STATUS LIKE 'Uptime'");
  return Number(row?.Value ?? 0);
}

/**
 * Ends every session of these users that began before their mark, and answers once a look shows none. A login in the middle
 * of its authentication has the password as it was when its user was looked up: it would get in whatever was changed since,
 * a lock or the user's end included. The server shows it by its user from that look-up on, so that it is ended like any other.
 */
export async function endSessionsBefore(ask: Ask, users: readonly Marked[]): Promise<Emptied> {
  const ended = new Map<string, number>();
  const before = new Map<string, number>();
  const age = users.length === 0 ? 0 : await ageOf(ask);
  for (const { user, mark } of users) {
    const [next = '0', then = '0'] = mark.split('/');
    // Younger than its mark: started again since, and nothing from before has outlived that.
    if (age >= Number(then)) before.set(user, Math.max(before.get(user) ?? 0, Number(next)));
  }
  const names = [...before.keys()];
  const told = new Set<number>();
  const began = performance.now();
  while (names.length > 0) {
    const sessions = await ask<Session>(
      'SELECT ID AS id, USER AS user FROM information_schema.PROCESSLIST WHERE USER IN (?) AND ID <> CONNECTION_ID()',
      [names],
    );
    const left = sessions.filter(({ id, user }) => id < (before.get(user) ?? 0));
    if (left.length === 0) break;
    if (performance.now() - began > GIVE_UP_MS) return { ended, gone: false };
    for (const { id, user } of left.filter((session) => !told.has(session.id))) {
      told.add(id);
      ended.set(user, (ended.get(user) ?? 0) + 1);
      await kill(ask, id);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return { ended, gone: true };
}

async function kill(ask: Ask, id: number): Promise<void> {
  try {
    await ask('KILL CONNECTION ?', [id]);
  } catch (error) {
    if (numberOf(error) !== NO_SUCH_THREAD) throw error;
  }
}

/**
 * A writer's name at the server is a lock that it holds: a session's program is shown only where the performance schema is on,
 * which needs a restart, and MariaDB has it off. The lock ends with its session, and the server says who holds it.
 */
export async function holdName(ask: Ask, name: string): Promise<boolean> {
  const [row] = await ask<{ held: number | null }>('SELECT GET_LOCK(?, 0) AS held', [name]);
  return Number(row?.held) === 1;
}

/** Ends what these writers have open, and answers whether they were seen gone. */
export async function endWritersNamed(ask: Ask, names: readonly string[]): Promise<boolean> {
  const began = performance.now();
  for (;;) {
    const holders: number[] = [];
    for (const name of names) {
      const [row] = await ask<{ id: number | null; own: number }>(
        'SELECT IS_USED_LOCK(?) AS id, CONNECTION_ID() AS own',
        [name],
      );
      if (row?.id != null && row.id !== row.own) holders.push(row.id);
    }
    if (holders.length === 0) return true;
    if (performance.now() - began > GIVE_UP_MS) return false;
    for (const id of holders) await kill(ask, id);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
