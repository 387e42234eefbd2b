import * as z from 'zod';
import { chainedEntry } from '../../shared/driver/chained-entry.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { showMessage } from '../../shared/driver/slack/show-message.ts';
import { showNews } from '../../shared/driver/slack/show-news.ts';
import { createSlackNotices } from '../../shared/driver/slack/slack-notices.ts';
import { tellNotice } from '../../shared/driver/tell-notice.ts';

const AT_ONCE = 500;
const NOTICES_AT_ONCE = 25;
/** Longer than an invocation lasts (deploy/slack-functions.yml): whoever was killed holds up the next for no longer. */
const HOLD_MS = 60_000;

/** What Slack is told takes no key. */
const keyOf = async () => null;

/**
 * Leaves: in Slack what the chain has come to: a message for each request, incident, proposal and case, changed in its place, with its
 * history in its thread; and the notices that policy tells there. One at a time follows; the cursor moves with each entry, so that one that was killed says one thing twice
 * at most. Where Slack takes nothing, nothing waits: the cursor stays, and nobody follows before Slack said.
 */
export const tellSlack = defineFunction({
  name: 'TellSlack',
  needs: ['chained', 'registry', 'packets', 'plans', 'workflows', 'cases', 'clock', 'chat', 'live', 'shown'],
  input: {},
  output: {
    /** Entries that Slack was not shown yet. */
    left: z.number(),
  },
  async run(_input, services, { untilMs }) {
    const { chained, registry, clock, live, shown } = services;
    const release = await shown.hold(HOLD_MS);
    if (release === null) return { left: 0 };
    let waitMs = 0;
    try {
      const workspace = await registry.slack();
      // Whoever comes into a workspace later is not told what was before.
      if (workspace === null) {
        await shown.advance((await chained.head()).seq);
        return { left: 0 };
      }
      const { channel } = workspace;
      const goesOn = () => waitMs === 0 && clock.nowMs() < untilMs;
      let done = await shown.seq();
      for (let more = true; more && goesOn(); ) {
        const lines = await chained.lines(done, AT_ONCE);
        more = lines.length > 0;
        for (const { seq, entry } of lines.map(chainedEntry)) {
          if (!goesOn()) break;
          const told = await showNews(services, channel, entry);
          if (told !== null && 'waitMs' in told) waitMs = told.waitMs;
          else {
            done = seq;
            if (told !== null) await shown.advance(seq);
          }
        }
        await shown.advance(done);
      }
      for (const message of goesOn() ? await live.open() : []) {
        if (!goesOn()) break;
        const told = await showMessage(services, channel, message);
        if ('waitMs' in told) waitMs = told.waitMs;
      }
      const telling = { ...services, notices: createSlackNotices(services.chat, channel) };
      for (const notice of await registry.noticesDue('slack', clock.nowMs(), NOTICES_AT_ONCE)) {
        // Another channel may take what this one does not.
        if (clock.nowMs() >= untilMs) break;
        await tellNotice(telling, notice, keyOf);
      }
      return { left: Math.max(0, (await chained.head()).seq - done) };
    } finally {
      await release();
      if (waitMs > 0) await shown.hold(waitMs);
    }
  },
});
