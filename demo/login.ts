import { Client } from 'pg';

/** How a witness reaches one account. */
export interface Access {
  readonly ref: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/** `off`: the password is right, the role may not log in. `refused`: the password is wrong. */
export type Seen = 'ready' | 'off' | 'refused' | 'unreachable';

const WITHIN_MS = 3_000;

/** One login with the ordinary driver. `patient`: its statements wait for as long as the server hangs. */
export async function logIn(
  access: Access,
  password: string,
  { patient = false } = {},
): Promise<{ readonly seen: Seen; readonly client?: Client }> {
  const { ref: _ref, ...where } = access;
  const client = new Client({
    ...where,
    password,
    connectionTimeoutMillis: WITHIN_MS,
    ...(patient ? {} : { query_timeout: WITHIN_MS }),
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return { seen: 'ready', client };
  } catch (error) {
    await client.end().catch(() => undefined);
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return { seen: code === '28P01' ? 'refused' : code === '28000' ? 'off' : 'unreachable' };
  }
}
