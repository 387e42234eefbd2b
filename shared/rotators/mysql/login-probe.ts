import type { MysqlConnection } from './connection.ts';
import { numberOf, whyLost } from './errors.ts';
import { openWire } from './wire.ts';

/** What a login met, told apart as finely as the server's numbers show it: the proof rests on the difference. */
export type LoginAnswer =
  /** Logged in; by which of the user's rows, and with which role. */
  | { readonly saw: 'ready'; readonly as: string; readonly role: string | null }
  /** The password was right; what came after was refused. It is valid. */
  | { readonly saw: 'accepted'; readonly number: number }
  /** Access denied: the password is wrong, or what the user has to bring besides it is missing. */
  | { readonly saw: 'refused' }
  /** Refused for something else than the password: says nothing about it. */
  | { readonly saw: 'unasked'; readonly number: number }
  | { readonly saw: 'unreachable'; readonly why: string };

/** A server that is alive answers a login within this, however slow. */
const LOGIN_MS = 5_000;

/** Access denied, with a password and without one. */
const DENIED = new Set([1045, 1698]);
/** Locked: both servers look at that once the password was right. */
export const LOCKED: ReadonlySet<number> = new Set([4151, 3118]);
/** The password was right, and it has expired; there is no such database, or not for this user; the user's connections are used up. */
const AFTER = new Set([1820, 1862, 1044, 1049, 1203, 1226]);

/** One login by the route that consumers use. Never throws. */
export async function tryLogin(
  to: MysqlConnection,
  login: { readonly user: string; readonly password: string; readonly database?: string },
  signal: AbortSignal,
): Promise<LoginAnswer> {
  try {
    const { connection, destroy } = await openWire(to, login, {
      withinMs: LOGIN_MS,
      name: 'rekey-probe',
      signal,
    });
    try {
      const [rows] = await connection.query('SELECT CURRENT_USER() AS `as`, CURRENT_ROLE() AS role');
      const [row] = rows as { as: string; role: string | null }[];
      connection.end().catch(() => undefined);
      return { saw: 'ready', as: row?.as ?? '', role: row?.role ?? null };
    } catch (error) {
      destroy();
      const number = numberOf(error);
      return number === undefined ? { saw: 'unreachable', why: whyLost(error) } : { saw: 'accepted', number };
    }
  } catch (error) {
    const number = numberOf(error);
    if (number === undefined) return { saw: 'unreachable', why: whyLost(error) };
    if (DENIED.has(number)) return { saw: 'refused' };
    if (LOCKED.has(number) || AFTER.has(number)) return { saw: 'accepted', number };
    return { saw: 'unasked', number };
  }
}
