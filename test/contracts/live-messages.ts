import { describe, expect, test } from 'vitest';
import type { LiveMessage, LiveMessages } from '../../shared/ports/live-messages.ts';
import { AT_MS, uniqueName } from './records.ts';

/** What every record of what stands in Slack keeps to. */
export function describeLiveMessages(name: string, create: () => Promise<LiveMessages>): void {
  describe(`live messages ${name}`, () => {
    test('[5.5] one of each subject, whole, until it said its last', async () => {
      const live = await create();
      const subject = `incident:${uniqueName('inc')}`;
      const others = (await live.open()).length;
      expect(await live.find(subject)).toBeNull();

      const posted: LiveMessage = {
        subject,
        place: { channel: 'C0REKEY', ts: '1732417200.000100' },
        shown: 'aa',
        shownAtMs: AT_MS,
        proposed: { by: 'ada', atMs: AT_MS },
      };
      await live.save({ subject });
      await live.save(posted);
      expect(await live.find(subject)).toEqual(posted);
      expect(await live.open()).toHaveLength(others + 1);
      expect(await live.open()).toContainEqual(posted);

      const final = { ...posted, finalAtMs: AT_MS + 1 };
      await live.save(final);
      expect(await live.open()).toHaveLength(others);
      expect(await live.find(subject)).toEqual(final);

      // Proposed once more: it lives again.
      await live.save(posted);
      expect(await live.open()).toContainEqual(posted);
    });

    test('[5.5] those that may change come by subject', async () => {
      const live = await create();
      const prefix = uniqueName('plan');
      for (const end of ['b', 'a', 'c']) await live.save({ subject: `${prefix}${end}` });
      const subjects = (await live.open()).map(({ subject }) => subject);
      expect(subjects.filter((subject) => subject.startsWith(prefix))).toEqual([
        `${prefix}a`,
        `${prefix}b`,
        `${prefix}c`,
      ]);
    });
  });
}
