import * as z from 'zod';
import { chainedEntry } from '../../shared/driver/chained-entry.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { findNotices } from '../../shared/driver/find-notices.ts';
import type { Needs } from '../../shared/driver/services.ts';
import { tellNotices } from '../../shared/driver/tell-notices.ts';

const AT_ONCE = 500;
/** Longer than an invocation lasts (deploy/functions.yml): whoever was killed holds up the next for no longer. */
const HOLD_MS = 60_000;

/**
 * Leaves: what there is to tell people of, as far as the chain goes, each notice once for each place where the class's policy
 * tells it; and told, by the means that need no key. One at a time reads on. What is not accepted now is due again later, and
 * holds up nothing else.
 */
export const tellPeople = defineFunction({
  name: 'TellPeople',
  needs: ['chained', 'registry', 'notices', 'told', 'clock'],
  input: {},
  output: { left: z.number() },
  async run(_input, services, { untilMs }) {
    const { told, clock } = services;
    const release = await told.hold(HOLD_MS);
    if (release === null) return { left: 0 };
    try {
      const left = await followChain(services, untilMs);
      while (clock.nowMs() < untilMs && (await tellNotices(services, noKeys)) > 0);
      return { left };
    } finally {
      await release();
    }
  },
});

/** How many places are left when time is over. Whoever is killed before the cursor moves finds the same notices, under the same ids. */
async function followChain(
  services: Needs<'chained' | 'registry' | 'notices' | 'told' | 'clock'>,
  untilMs: number,
): Promise<number> {
  const { chained, registry, told, clock } = services;
  for (let done = await told.seq(); ; ) {
    const lines = clock.nowMs() < untilMs ? await chained.lines(done, AT_ONCE) : [];
    if (lines.length === 0) return Math.max(0, (await chained.head()).seq - done);
    for (const { seq, entry } of lines.map(chainedEntry)) {
      done = seq;
      const found = await findNotices(services, entry);
      if (found.length === 0) continue;
      await registry.openNotices(found);
      await told.advance(seq);
    }
    await told.advance(done);
  }
}

/** Who reads the audit reads no value. */
async function noKeys(): Promise<null> {
  return null;
}
