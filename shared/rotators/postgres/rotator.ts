import { createAlternatingSession, type Pairing } from '../alternating/alternating-session.ts';
import { createMixedSession } from '../alternating/mixed-session.ts';
import type { Account, Rotator } from '../rotator.ts';
import { connectAdmin } from './admin-connection.ts';
import { Connection } from './connection.ts';
import { namesOf, postgresKind } from './kind.ts';
import { createRoleUsers } from './role-users.ts';
import { createServer } from './server.ts';
import { createTargetSession } from './target-session.ts';

const PAIRING: Pairing = {
  names: namesOf,
  user: (account, slot) => ({
    role: namesOf(account)[slot],
    ...(account['database'] === undefined ? {} : { database: account['database'] }),
  }),
  owner: (account) => account['owner'] ?? '',
};

const alternates = (account: Account['account']) => postgresKind.strategy(account) === 'alternate';

/** Passwords of PostgreSQL roles: one slot a role, verifier computed here, sessions ended, the old one tried. */
export const postgres: Rotator = {
  ...postgresKind,
  async open(request) {
    const connection = Connection.parse(request.target.connection);
    const server = await createServer(request, connection, () => connectAdmin(request, connection));
    const roles = createTargetSession(request, server);
    const turns = createAlternatingSession(createRoleUsers(server, roles), PAIRING);
    return createMixedSession(roles, turns, alternates);
  },
};
