import { createAlternatingSession, type Pairing } from '../alternating/alternating-session.ts';
import { createMixedSession } from '../alternating/mixed-session.ts';
import type { Account, Rotator } from '../rotator.ts';
import { connectAdmin } from './admin-connection.ts';
import { createBesideSession } from './beside-session.ts';
import { Connection } from './connection.ts';
import { mysqlKind, namesOf } from './kind.ts';
import { createServer } from './server.ts';
import { createTargetSession } from './target-session.ts';
import { createUsersInTurn } from './users-in-turn.ts';

const PAIRING: Pairing = {
  names: namesOf,
  user: (account, slot) => ({
    user: namesOf(account)[slot],
    ...(account['database'] === undefined ? {} : { database: account['database'] }),
  }),
  owner: (account) => account['owner'] ?? '',
};

const alternates = (account: Account['account']) => account['alternate'] !== undefined;

/** Passwords of users of MariaDB and MySQL. */
export const mysql: Rotator = {
  ...mysqlKind,
  async open(request) {
    const connection = Connection.parse(request.target.connection);
    const server = await createServer(request, connection, () => connectAdmin(request, connection));
    const users = createTargetSession(request, server);
    const turns = createAlternatingSession(createUsersInTurn(server, users), PAIRING);
    const single = connection.server === 'mysql' ? createBesideSession(server, users) : users;
    return createMixedSession(single, turns, alternates);
  },
};
