import type { Rotator } from '../rotator.ts';
import { connectAdmin } from './admin-connection.ts';
import { Connection } from './connection.ts';
import { postgresKind } from './kind.ts';
import { createTargetSession } from './target-session.ts';

/** Passwords of PostgreSQL roles: one slot a role, verifier computed here, sessions ended, the old one tried. */
export const postgres: Rotator = {
  ...postgresKind,
  async open(request) {
    const connection = Connection.parse(request.target.connection);
    return createTargetSession(request, connection, () => connectAdmin(request, connection));
  },
};
