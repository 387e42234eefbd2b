import { parseDuration } from '../../domain/config/duration.ts';
import { RekeyError } from '../../domain/errors.ts';
import { inParallel } from '../../in-parallel.ts';
import { failure } from '../failure.ts';
import type { OpenRequest, TargetSession } from '../rotator.ts';
import { type Api, createCaller } from './caller.ts';
import { createLister } from './keys.ts';
import { mintOne } from './mint.ts';
import { cutAll, inspectOne, restoreOne, type Switching } from './switch.ts';
import { takeOthersAway } from './take-away.ts';
import { proveOne, verifyOne } from './tries.ts';

/** No change is asked for later than this after its verb began; with the call itself well within `LONGEST_WRITE_MS` of the driver. */
const WRITES_MS = 15_000;
/** Tries change nothing, and may wait until the API has settled. */
const TRIES_MS = 45_000;

/** The verbs of `http` over one API. */
export function createTargetSession(request: OpenRequest, api: Api): TargetSession {
  const { connection, clock, rest } = api;
  const { signal, target } = request;
  const settlesMs = parseDuration(connection.settles ?? '') ?? 0;
  const width = target.maxConnections;
  /** When the last credential can have been taken away: by an earlier worker, before this session. */
  let takenAtMs = clock.nowMs();

  function begin(forMs: number): Switching {
    const caller = createCaller(request, api, clock.nowMs() + forMs);
    const listAnew = () => createLister(caller, connection);
    const switches = connection.disable !== undefined;
    return { caller, list: listAnew(), listAnew, clock, signal, settlesMs, width, switches };
  }

  return {
    // A call that an older worker has under way ends by itself; no proof comes before it can have landed.
    endWriters: async () => undefined,

    inspect: (accounts) => {
      const { list } = begin(WRITES_MS);
      return inParallel(accounts, width, (account) => inspectOne(list, account));
    },

    cut: (accounts, sample) => cutAll(begin(WRITES_MS), accounts, sample),

    restore: (accounts) => {
      const switching = begin(WRITES_MS);
      return inParallel(accounts, width, (account) => restoreOne(switching, account));
    },

    mint: (items) => {
      const { caller, list } = begin(WRITES_MS);
      return inParallel(items, width, (item) =>
        // One that fails must not take away from the others what was made for them.
        mintOne(caller, connection, list, item).catch((error: unknown) => {
          if (!(error instanceof RekeyError)) throw error;
          return failure(error.family === 'Denied' ? 'admin-refused' : 'target-unavailable', error.message);
        }),
      );
    },

    install: () => {
      throw new RekeyError({
        code: 'value-not-ours',
        family: 'Unrecoverable',
        message: `${target.id} makes its credentials itself: none can be installed there`,
        safe: 'Nothing was changed at the target.',
      });
    },

    // Each call of a consumer stands for itself: nothing stays open.
    endSessions: async (items) => items.map(() => ({ ok: true, ended: 0 })),

    verify: (items) => {
      const trying = begin(TRIES_MS);
      return inParallel(items, width, (item) => verifyOne(trying, item));
    },

    async revoke(items) {
      const { caller, list } = begin(WRITES_MS);
      const outcomes = await inParallel(items, width, (item) =>
        takeOthersAway(caller, connection, list, item),
      );
      takenAtMs = clock.nowMs();
      return outcomes;
    },

    async prove(items) {
      // Before that a refusal says nothing of the nodes that have not heard of it.
      const waitMs = takenAtMs + settlesMs - clock.nowMs();
      if (waitMs > 0) await clock.sleep(waitMs, signal);
      const trying = begin(TRIES_MS);
      return inParallel(items, width, (item) => proveOne(trying, item));
    },

    restMs: () => Math.max(0, rest.untilMs - clock.nowMs()),

    close: async () => api.origin.close(),
  };
}
