import type { RedisConnection } from './connection.ts';
import { reasonOf } from './open-error.ts';
import { Refusal } from './resp.ts';
import { openWire } from './wire.ts';

/** What a login met. Redis has one word, WRONGPASS, for a wrong password, a user who is off and one who is not there. */
export type LoginAnswer =
  | { readonly saw: 'accepted' }
  | { readonly saw: 'refused' }
  /** Another refusal: says nothing about the password. */
  | { readonly saw: 'other'; readonly code: string }
  | { readonly saw: 'unreachable'; readonly why: string };

/** A server that is alive answers a login within this, however slow. */
const LOGIN_MS = 5_000;
const FIRST_ANSWER_MS = 1_000;

/** One login by the route that consumers use. Never throws. */
export async function tryLogin(
  to: RedisConnection,
  { user, password }: { readonly user: string; readonly password: string },
  signal: AbortSignal,
): Promise<LoginAnswer> {
  try {
    const wire = await openWire(to, LOGIN_MS, signal);
    try {
      const [reply] = await wire.ask([['AUTH', user, password]], LOGIN_MS);
      if (!(reply instanceof Refusal)) return { saw: 'accepted' };
      return reply.code === 'WRONGPASS' ? { saw: 'refused' } : { saw: 'other', code: reply.code };
    } finally {
      wire.close();
    }
  } catch (error) {
    return { saw: 'unreachable', why: reasonOf(error) };
  }
}

/** Whether anybody speaks. Throws a plain error that says why not, within a second. */
export async function seeAlive(to: RedisConnection, signal: AbortSignal): Promise<void> {
  const wire = await openWire(to, FIRST_ANSWER_MS, signal);
  try {
    await wire.ask([['PING']], FIRST_ANSWER_MS);
  } finally {
    wire.close();
  }
}
