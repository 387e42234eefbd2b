import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from '../describe-error.ts';
import { runEngine } from '../engine/engine.ts';
import { runSlack } from '../slack/run.ts';
import { type SlackAt, slackServices } from '../slack/services.ts';
import { openState, type StateOptions } from '../state.ts';
import { listen } from './listen.ts';

/** Another engine ends when it has nothing under way. */
const TRY_AGAIN_MS = 1_000;

export interface ServeOptions extends StateOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly signal: AbortSignal;
  /** One line for whoever operates it: what it does, and what it cannot. */
  readonly say: (line: string) => void;
  /** Default Slack's own. */
  readonly slackAt?: SlackAt;
}

/**
 * Schedule, workers, Slack and health of one state directory, until told to end. Throws `Unrecoverable` `port-taken`, and what
 * the engine cannot go on with, with nothing tidied: the next one carries on.
 */
export async function serve(home: string, options: ServeOptions): Promise<void> {
  const { host, port, say, slackAt } = options;
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const state = openState(home, options);
  try {
    const services = slackServices(state, slackAt);
    let lookedAtMs: number | null = null;
    const server = await listen(services, {
      host,
      port,
      lookedAtMs: () => lookedAtMs,
      onRefused: (error) => say(`refused: ${describeError(error)}`),
    });
    say(`serves ${home}: health at ${server.url}/healthz, Slack at ${server.url}/slack`);
    const slack = runSlack(services, {
      signal,
      onFailed: (error) => say(`Slack: ${describeError(error)}`),
    });
    try {
      while (!signal.aborted) {
        const ran = await runEngine(home, {
          ...options,
          serves: true,
          onLooked: (atMs) => {
            lookedAtMs = atMs;
          },
          onCarriedOn: (names) => say(`carried on ${names.join(', ')}`),
          onScheduleFailed: (error) => say(`nothing begins by itself: ${describeError(error)}`),
          onJudgeFailed: (error) => say(`nothing is judged: ${describeError(error)}`),
          onLateReadsFailed: (error) => say(`reads wait for the audit: ${describeError(error)}`),
          onHeld: (error) => say(`waits: ${describeError(error)}`),
        });
        if (ran) break;
        say('another engine works on this state; waits until it has nothing under way');
        await delay(TRY_AGAIN_MS, undefined, { signal }).catch(() => undefined);
      }
    } finally {
      ended.abort();
      await Promise.all([server.close(), slack]);
    }
  } finally {
    state.close();
  }
}
