import { setTimeout as delay } from 'node:timers/promises';
import { RekeyError } from '../../shared/domain/errors.ts';
import { describeUnforeseen } from '../../shared/domain/unforeseen.ts';
import { isDiskFull } from '../disk-full.ts';
import { runEngine } from '../engine/engine.ts';
import { ENGINE_EXIT } from '../engine/exit.ts';
import { createSqliteSeenRequests } from '../sqlite/seen-requests.ts';
import { createSqliteSlackInbox } from '../sqlite/slack-inbox.ts';
import { openState } from '../state.ts';
import { listen } from './listen.ts';

// As in the engine's own process: a report shows no variables, and Node prints no message.
process.report.excludeEnv = true;
process.once('uncaughtException', (error) => {
  say(describe(error));
  process.exit(ENGINE_EXIT.failed);
});

/** Another engine ends when it has nothing under way. */
const TRY_AGAIN_MS = 1_000;

const home = process.env['REKEY_HOME'] ?? '';
const ending = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ending.abort());

const state = openState(home);
let lookedAtMs: number | null = null;
try {
  const services = {
    ...state.services,
    seen: createSqliteSeenRequests(state.database, state.services.clock),
    inbox: createSqliteSlackInbox(state.database, state.services.clock),
  };
  const server = await listen(services, {
    host: process.env['REKEY_SERVE_HOST'] ?? '',
    port: Number(process.env['REKEY_SERVE_PORT']),
    lookedAtMs: () => lookedAtMs,
    onRefused: (error) => say(`refused: ${describe(error)}`),
  });
  say(`serves ${home}: health at ${server.url}/healthz, Slack at ${server.url}/slack`);
  try {
    while (!ending.signal.aborted) {
      const ran = await runEngine(home, {
        serves: true,
        signal: ending.signal,
        onLooked: (atMs) => {
          lookedAtMs = atMs;
        },
        onCarriedOn: (names) => say(`carried on ${names.join(', ')}`),
        onScheduleFailed: (error) => say(`nothing begins by itself: ${describe(error)}`),
        onHeld: (error) => say(`waits: ${describe(error)}`),
      });
      if (ran) break;
      say('another engine works on this state; waits until it has nothing under way');
      await delay(TRY_AGAIN_MS, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  } finally {
    await server.close();
  }
} catch (error) {
  process.exitCode = isDiskFull(error) ? ENGINE_EXIT.diskFull : ENGINE_EXIT.failed;
  say(`ended: ${describe(error)}`);
} finally {
  state.close();
}

function say(text: string): void {
  process.stderr.write(`rekey serve: ${text}\n`);
}

function describe(error: unknown): string {
  return error instanceof RekeyError ? `${error.code}: ${error.message}` : describeUnforeseen(error);
}
