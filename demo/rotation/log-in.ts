import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { redisLogin } from '../redis-server.ts';

/** Where a consumer logs in. `user` null: the value names it. */
export interface Reached {
  readonly kind: 'postgres' | 'redis' | 'mysql';
  readonly host: string;
  readonly port: number;
  readonly user: string | null;
}

/** One login with the ordinary driver, and out again; its refusal is thrown. */
export async function logIn({ kind, host, port, user }: Reached, value: string): Promise<void> {
  const { username, password } =
    user === null
      ? (JSON.parse(value) as { username: string; password: string })
      : { username: user, password: value };
  switch (kind) {
    case 'postgres': {
      const client = new Client({ host, port, user: username, password, database: 'postgres' });
      client.on('error', () => undefined);
      await client.connect();
      await client.end();
      return;
    }
    case 'redis': {
      (await redisLogin({ host, port }, username, password)).disconnect();
      return;
    }
    case 'mysql': {
      const connection = await createConnection({ host, port, user: username, password });
      await connection.end();
      return;
    }
  }
}
