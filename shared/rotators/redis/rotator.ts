import type { Rotator } from '../rotator.ts';
import { connectAdmin } from './admin-connection.ts';
import { Connection } from './connection.ts';
import { redisKind } from './kind.ts';
import { createTargetSession } from './target-session.ts';

/** Passwords of Redis' ACL users: the new beside the old, told as digests; the old taken away, connections ended, tried. */
export const redis: Rotator = {
  ...redisKind,
  async open(request) {
    const connection = Connection.parse(request.target.connection);
    return createTargetSession(request, connection, () => connectAdmin(request, connection));
  },
};
