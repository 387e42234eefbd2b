import { RekeyError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { wallClock } from '../../wall-clock.ts';
import { targetUnavailable } from '../failure.ts';
import type { OpenRequest, Rotator } from '../rotator.ts';
import { type Api, createCaller } from './caller.ts';
import { Connection } from './connection.ts';
import { createOrigin, type Sending } from './exchange.ts';
import { httpKind } from './kind.ts';
import { createTargetSession } from './target-session.ts';

/** An API that hangs is found dead after this, TLS and all. */
const ALIVE_MS = 3_000;

/** Keys and tokens of any API that mints and revokes them, by a description of its calls: no code, and no library. */
export function createHttp(clock: Clock): Rotator {
  return {
    ...httpKind,
    async open(request) {
      const connection = Connection.parse(request.target.connection);
      const { ca } = connection;
      const connections = request.target.maxConnections;
      const origin = createOrigin(new URL(connection.url), { ca, connections });
      const api: Api = { connection, origin, clock, rest: { untilMs: 0 } };
      try {
        await seeAlive(request, api);
      } catch (error) {
        origin.close();
        throw error;
      }
      return createTargetSession(request, api);
    },
  };
}

export const http = createHttp(wallClock);

async function seeAlive(request: OpenRequest, api: Api): Promise<void> {
  const { target, signal } = request;
  const send = (sending: Sending) => api.origin.send(sending, signal, ALIVE_MS);
  if (api.connection.check === undefined) {
    const seen = await send({ method: 'HEAD', path: '/', headers: {} });
    if (seen.saw !== 'answer') throw targetUnavailable(target.id, seen.why);
    return;
  }
  const quick = { ...api, origin: { ...api.origin, send } };
  const caller = createCaller(request, quick, api.clock.nowMs() + ALIVE_MS);
  const heard = await caller.insist('check', { account: {} });
  if ('ok' in heard) throw refused(target.id, heard.message);
  if (heard.means === 'busy') throw busy(target.id, heard.what);
  if (heard.means !== 'accepted') throw refused(target.id, heard.what);
}

function busy(target: string, what: string): RekeyError {
  return new RekeyError({
    code: 'target-busy',
    family: 'Throttled',
    message: `${target} takes no more calls now (${what})`,
    safe: 'Nothing was changed at the target.',
    next: ['rekey status', 'rekey doctor'],
  });
}

function refused(target: string, what: string): RekeyError {
  return new RekeyError({
    code: 'target-refused',
    family: 'Unrecoverable',
    message: `${target} answered its check in a way that its description does not foresee (${what})`,
    safe: 'Nothing was changed at the target.',
    next: ['rekey doctor'],
  });
}
