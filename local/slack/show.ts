import { tellSlack } from '../../functions/tell-slack/handler.ts';
import type { LocalSlackServices } from './services.ts';

/** A round ends soon after, so that the process can. */
const ROUND_MS = 5_000;
/** What has no entry of its own: that time has passed, and how far an incident is. */
const LOOK_ANYWAY_MS = 15_000;

/** A look, to be taken every so often: shows Slack what there is to show, at once where the chain has news. */
export function createSlackShow(services: LocalSlackServices): () => Promise<void> {
  const { audit, shown, clock } = services;
  let lookedMs = Number.NEGATIVE_INFINITY;
  return async () => {
    const nowMs = clock.nowMs();
    const [{ seq }, shownSeq] = await Promise.all([audit.head(), shown.seq()]);
    if (seq === shownSeq && Math.abs(nowMs - lookedMs) < LOOK_ANYWAY_MS) return;
    lookedMs = nowMs;
    await tellSlack.invoke(services, { v: 1 }, { untilMs: nowMs + ROUND_MS });
  };
}
