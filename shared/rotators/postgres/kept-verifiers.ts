import type { Client } from 'pg';
import { deriveKeys, verifierOf } from './scram.ts';
import { sqlStateOf } from './sqlstate.ts';

const MAY_NOT_READ = '42501';

/** What the server keeps of each role's password (`pg_authid`), by name; none where the admin may not read it. */
export async function keptVerifiers(
  client: Client,
  names: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  try {
    const { rows } = await client.query<{ name: string; verifier: string | null }>(
      'SELECT rolname AS name, rolpassword AS verifier FROM pg_authid WHERE rolname = ANY ($1)',
      [names],
    );
    return new Map(rows.map(({ name, verifier }) => [name, verifier]));
  } catch (error) {
    if (sqlStateOf(error) === MAY_NOT_READ) return new Map();
    throw error;
  }
}

/** Whether what the server keeps is of this value, and of no other. */
export async function isVerifierOf(kept: string | null | undefined, value: string): Promise<boolean> {
  const [, iterations, salt] = /^SCRAM-SHA-256\$(\d+):([^$]+)\$/.exec(kept ?? '') ?? [];
  if (iterations === undefined || salt === undefined) return false;
  return verifierOf(await deriveKeys(value, salt, Number(iterations))) === kept;
}
