import type { Rotator } from '../rotator.ts';
import { connectAdmin } from './admin-connection.ts';
import { AccountKeys, Connection } from './connection.ts';
import { createTargetSession } from './target-session.ts';

/** 24 random bytes: 192 bits, 32 characters that mean nothing special in a URL, a shell or a connection string. */
const PASSWORD_BYTES = 24;

/** Passwords of PostgreSQL roles: one slot a role, verifier computed here, sessions ended, the old one tried. */
export const postgres: Rotator = {
  kind: 'postgres',
  connection: Connection,
  account: AccountKeys,
  gap: 'between install and promote a role has no password that both sides know: reads are held meanwhile, usually well under a second',
  issue: (random) => Buffer.from(random.bytes(PASSWORD_BYTES)).toString('base64url'),
  async open(request) {
    const connection = Connection.parse(request.target.connection);
    return createTargetSession(request, connection, () => connectAdmin(request, connection));
  },
};
