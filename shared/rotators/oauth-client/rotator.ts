import type { Clock } from '../../ports/clock.ts';
import { wallClock } from '../../wall-clock.ts';
import { targetUnavailable } from '../failure.ts';
import type { Rotator } from '../rotator.ts';
import { Connection } from './connection.ts';
import { oauthClientKind } from './kind.ts';
import { createOrigins } from './server.ts';
import { createTargetSession } from './target-session.ts';

/** A server that hangs is found dead after this, TLS and all. */
const ALIVE_MS = 3_000;

/** Clients of an OAuth authorization server: a new one registered (RFC 7591), the old one deleted (RFC 7592, or by an admin). */
export function createOauthClient(clock: Clock): Rotator {
  return {
    ...oauthClientKind,
    async open(request) {
      const connection = Connection.parse(request.target.connection);
      const origins = createOrigins({ ca: connection.ca, connections: request.target.maxConnections });
      const url = new URL(connection.token);
      const seen = await origins
        .at(url)
        .send({ method: 'HEAD', path: '/', headers: {} }, request.signal, ALIVE_MS);
      if (seen.saw !== 'answer') {
        origins.close();
        throw targetUnavailable(request.target.id, seen.why);
      }
      return createTargetSession(request, connection, origins, clock);
    },
  };
}

export const oauthClient = createOauthClient(wallClock);
