import type { OpenRequest } from '../rotator.ts';
import type { RedisConnection } from './connection.ts';
import { openError } from './open-error.ts';
import { type Command, Refusal, type Reply, textOf } from './resp.ts';
import { openWire } from './wire.ts';

/** An answer to the first word: a hanging server's kernel accepts the connection, and nobody speaks. */
const FIRST_ANSWER_MS = 1_000;
/** A server that answered the first time and then says nothing for this long hangs. */
const SILENCE_MS = 12_000;
/** For a command that describes all of the server's users: a second or two for 10,000, and more on a machine that is busy. */
export const ALL_USERS_MS = 30_000;
const CONNECT_TRIES = 4;
/** Commands sent together: more would make the server keep megabytes of answers. */
const TOGETHER = 1_000;

export interface AdminConnection {
  /** Rejects with a plain error where the connection is lost; the server's refusals are answers. */
  ask(commands: readonly Command[], withinMs?: number): Promise<Reply[]>;
  /** Never throws. */
  close(): void;
  /** What the server calls this connection; higher with each one that it takes. */
  readonly id: number;
  /** Of this run of the server: its connections are counted from the start with each. */
  readonly run: string;
}

/** One connection as the target's admin. Throws what `openError` says: a dead or hanging server within a second. */
export async function connectAdmin(
  request: OpenRequest,
  connection: RedisConnection,
): Promise<AdminConnection> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await logIn(request, connection);
    } catch (error) {
      const refused = openError(request.target.id, error);
      if (refused.family !== 'Throttled' || tries === CONNECT_TRIES) throw refused;
      await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** tries));
    }
  }
}

/** Throws a refusal, or a plain error where nobody answers. */
async function logIn(
  { admin, writer, signal }: OpenRequest,
  connection: RedisConnection,
): Promise<AdminConnection> {
  const wire = await openWire(connection, FIRST_ANSWER_MS, signal);
  const expect = async (command: Command, withinMs = SILENCE_MS): Promise<Reply> => {
    const [reply = null] = await wire.ask([command], withinMs);
    if (reply instanceof Refusal) throw reply;
    return reply;
  };
  try {
    // Whatever it says, somebody speaks.
    const [alive] = await wire.ask([['PING']], FIRST_ANSWER_MS);
    if (alive instanceof Refusal && alive.code === 'MAXCLIENTS') throw alive;
    await expect(['AUTH', admin.user, admin.password]);
    await expect(['CLIENT', 'SETNAME', writer]);
    const id = Number(await expect(['CLIENT', 'ID']));
    const run = /^run_id:(\S+)/m.exec(textOf(await expect(['INFO', 'server'])))?.[1] ?? '';
    return {
      id,
      run,
      async ask(commands, withinMs = SILENCE_MS) {
        const replies: Reply[] = [];
        for (let from = 0; from < commands.length; from += TOGETHER)
          replies.push(...(await wire.ask(commands.slice(from, from + TOGETHER), withinMs)));
        return replies;
      },
      close: () => wire.close(),
    };
  } catch (error) {
    wire.close();
    throw error;
  }
}
