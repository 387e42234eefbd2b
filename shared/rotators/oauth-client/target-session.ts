import { parseDuration } from '../../domain/config/duration.ts';
import { RekeyError } from '../../domain/errors.ts';
import { inParallel } from '../../in-parallel.ts';
import type { Clock } from '../../ports/clock.ts';
import { failure } from '../failure.ts';
import type { Rest } from '../http/patience.ts';
import type { OpenRequest, TargetSession } from '../rotator.ts';
import type { OauthConnection } from './connection.ts';
import { deleteOthers } from './delete-others.ts';
import { registerOne } from './register.ts';
import { createServer, type Origins } from './server.ts';
import { proveOne, type Trying, verifyOne } from './tries.ts';

/** As in `http`: no change is asked for later than this after its verb began; tries may wait until the server has settled. */
const WRITES_MS = 15_000;
const TRIES_MS = 45_000;

const NO_SWITCH = failure(
  'refused',
  'RFC 7591 and 7592 have no switch: to delete a client would lose it, so it is left to the re-issue',
);

/** The verbs of `oauth-client` over one authorization server. */
export function createTargetSession(
  request: OpenRequest,
  connection: OauthConnection,
  origins: Origins,
  clock: Clock,
): TargetSession {
  const { signal, target } = request;
  const settlesMs = parseDuration(connection.settles ?? '') ?? 0;
  const width = target.maxConnections;
  const rest: Rest = { untilMs: 0 };
  /** When the last client can have been deleted: by an earlier worker, before this session. */
  let deletedAtMs = clock.nowMs();

  const serverFor = (forMs: number) =>
    createServer(request, connection, origins, { clock, signal, rest, untilMs: clock.nowMs() + forMs });
  const trying = (): Trying => ({
    server: serverFor(TRIES_MS),
    clock,
    signal,
    settlesMs,
    deletesAny: connection.client !== undefined,
  });

  return {
    // A call that an older worker has under way ends by itself; no proof comes before it can have landed.
    endWriters: async () => undefined,

    // Nothing tells what a server has of a client but the client's own credential.
    inspect: async (accounts) =>
      accounts.map(({ account }) => ({ ok: true, identity: account['name'] ?? '', off: false })),

    cut: async (accounts) => ({
      reports: accounts.map(({ ref }) => ({ ref, outcome: NO_SWITCH })),
      sampleRefused: null,
    }),

    restore: async (accounts) => accounts.map(() => NO_SWITCH),

    mint: (items) => {
      const server = serverFor(WRITES_MS);
      return inParallel(items, width, (item) =>
        // One that fails must not take away from the others what was made for them.
        registerOne(server, connection, item).catch((error: unknown) => {
          if (!(error instanceof RekeyError)) throw error;
          return failure('outcome-unknown', error.message);
        }),
      );
    },

    install: () => {
      throw new RekeyError({
        code: 'value-not-ours',
        family: 'Unrecoverable',
        message: `${target.id} makes the credentials of its clients itself: none can be installed there`,
        safe: 'Nothing was changed at the target.',
      });
    },

    // Tokens are what stays of a client; those that Rekey was given it has given back, others it does not hold.
    endSessions: async (items) => items.map(() => ({ ok: true, ended: 0 })),

    verify: (items) => {
      const now = trying();
      return inParallel(items, width, (item) => verifyOne(now, item));
    },

    async revoke(items) {
      const server = serverFor(WRITES_MS);
      const deletesAny = connection.client !== undefined;
      const outcomes = await inParallel(items, width, (item) => deleteOthers(server, deletesAny, item));
      deletedAtMs = clock.nowMs();
      return outcomes;
    },

    async prove(items) {
      const waitMs = deletedAtMs + settlesMs - clock.nowMs();
      if (waitMs > 0) await clock.sleep(waitMs, signal);
      const now = trying();
      return inParallel(items, width, (item) => proveOne(now, item));
    },

    restMs: () => Math.max(0, rest.untilMs - clock.nowMs()),

    close: async () => origins.close(),
  };
}
