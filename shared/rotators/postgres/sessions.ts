import type { Client } from 'pg';

/** Accounts and, for each, the moment before which a session counts as one from before. */
export interface Marked {
  readonly role: string;
  /** The server's own clock, as text. */
  readonly mark: string;
}

/** A login that has begun and shown no user yet is given this long to do so, then ended: it may hold the old verifier. */
const SHOW_YOURSELF_MS = 1_000;
const GIVE_UP_MS = 6_000;
const LOOK_EVERY_MS = 3;

/** Roles with a session that began before their mark, and how many logins from before have shown no user yet. */
const LOOK = `
SELECT a.pid, a.usename AS role, a.usesysid IS NULL AS unknown
FROM pg_stat_activity a
LEFT JOIN unnest($1::text[], $2::timestamptz[]) AS account (role, mark)
  ON a.usename = account.role AND a.backend_start < account.mark
WHERE a.pid <> pg_backend_pid()
  AND (account.role IS NOT NULL
    OR (a.usesysid IS NULL AND a.backend_type IS NOT DISTINCT FROM 'client backend'
        AND a.backend_start < (SELECT max(m) FROM unnest($2::timestamptz[]) AS m)))`;

interface Seen {
  readonly pid: number;
  readonly role: string | null;
  readonly unknown: boolean;
}

export interface Emptied {
  /** Roles that had sessions from before, each with how many were ended. */
  readonly ended: ReadonlyMap<string, number>;
  /** False: something from before is still there, or could be. */
  readonly gone: boolean;
}

/**
 * Ends every session of these accounts that began before their mark, waits until each login from before has gone or shown
 * its user, and answers once a look shows nothing. A login in the middle of its authentication may have read the old verifier
 * already: whoever pauses there would get in after the proof. `underWay`, of such logins: `await` ends none, because whoever
 * may not log in any more is refused at the end of his, and gives them the time to show; `ignore` does not look at them.
 */
export async function endSessionsBefore(
  client: Client,
  accounts: readonly Marked[],
  underWay: 'end' | 'await' | 'ignore' = 'end',
): Promise<Emptied> {
  const ended = new Map<string, number>();
  if (accounts.length === 0) return { ended, gone: true };
  const parameters = [accounts.map(({ role }) => role), accounts.map(({ mark }) => mark)];
  const began = performance.now();
  const told = new Set<number>();
  for (;;) {
    const waited = performance.now() - began;
    const seen = await client.query<Seen>(LOOK, parameters);
    const shown = underWay === 'ignore' || (underWay === 'await' && waited > SHOW_YOURSELF_MS);
    const rows = shown ? seen.rows.filter(({ unknown }) => !unknown) : seen.rows;
    if (rows.length === 0) return { ended, gone: true };
    if (waited > GIVE_UP_MS) return { ended, gone: false };
    const toEnd = rows.filter(
      ({ pid, unknown }) => !told.has(pid) && (!unknown || waited > SHOW_YOURSELF_MS),
    );
    if (toEnd.length > 0) {
      for (const { pid, role } of toEnd) {
        told.add(pid);
        if (role !== null) ended.set(role, (ended.get(role) ?? 0) + 1);
      }
      await client.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [
        toEnd.map(({ pid }) => pid),
      ]);
    } else {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
}

/** Ends what these writers have open, by the name they show, and answers whether they were seen gone. */
export async function endWritersNamed(client: Client, names: readonly string[]): Promise<boolean> {
  const began = performance.now();
  for (;;) {
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = ANY ($1) AND pid <> pg_backend_pid()`,
      [names],
    );
    if (rows.length === 0) return true;
    if (performance.now() - began > GIVE_UP_MS) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
