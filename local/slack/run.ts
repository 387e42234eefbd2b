import { actOnInbox } from './act.ts';
import type { LocalSlackServices } from './services.ts';
import { createSlackShow } from './show.ts';

/** People wait for an answer; a look costs microseconds. */
const ACT_EVERY_MS = 50;
const SHOW_EVERY_MS = 500;
const AFTER_FAILURE_MS = 5_000;

/** Ends the wait, and nothing that is under way. */
export interface RunSlackOptions {
  readonly signal: AbortSignal;
  readonly onFailed: (error: unknown) => void;
}

/**
 * Does what people say in Slack and shows there what becomes of it, until told to end; neither waits for the other. What fails is
 * told to `onFailed` and tried again.
 */
export async function runSlack(
  services: LocalSlackServices,
  { signal, onFailed }: RunSlackOptions,
): Promise<void> {
  const { clock } = services;
  async function again(round: () => Promise<void>, everyMs: number): Promise<void> {
    while (!signal.aborted) {
      let waitMs = everyMs;
      try {
        await round();
      } catch (error) {
        onFailed(error);
        waitMs = AFTER_FAILURE_MS;
      }
      await clock.sleep(waitMs, signal);
    }
  }
  await Promise.all([
    again(() => actOnInbox(services, onFailed), ACT_EVERY_MS),
    again(createSlackShow(services), SHOW_EVERY_MS),
  ]);
}
