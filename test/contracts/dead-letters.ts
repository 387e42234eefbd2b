import { describe, expect, test } from 'vitest';
import type { DeadLetter, DeadLetters } from '../../shared/ports/dead-letters.ts';
import { AT_MS, uniqueName } from './records.ts';

const aLetter = (about: Partial<DeadLetter> = {}): DeadLetter => ({
  id: uniqueName('letter'),
  kind: 'unread',
  atMs: AT_MS,
  why: 'eventTime: invalid_format',
  body: '{"eventID":"…"}',
  ...about,
});

/** What every keeper of dead letters keeps to. Others may have put theirs there. */
export function describeDeadLetters(name: string, create: () => Promise<DeadLetters>): void {
  describe(`dead letters ${name}`, () => {
    test('[7.1] a letter is kept as it came, once, until it is taken out', async () => {
      const letters = await create();
      const before = await letters.count();
      const letter = aLetter();
      await letters.put([letter, aLetter({ kind: 'denied' })]);
      await letters.put([letter]);
      expect(await letters.count()).toEqual({ unread: before.unread + 1, denied: before.denied + 1 });
      expect(await letters.list('unread', 1_000)).toContainEqual(letter);
      await letters.remove([letter.id, 'none']);
      expect(await letters.list('unread', 1_000)).not.toContainEqual(letter);
      expect(await letters.count()).toEqual({ ...before, denied: before.denied + 1 });
    });

    test('[7.1] the oldest come first, as many as are asked for', async () => {
      const letters = await create();
      const [old, newer] = [aLetter({ atMs: AT_MS - 2_000 }), aLetter({ atMs: AT_MS - 1_000 })];
      await letters.put([newer, old]);
      const listed = (await letters.list('unread', 1_000)).map(({ id }) => id);
      expect(listed.indexOf(old.id)).toBeLessThan(listed.indexOf(newer.id));
      expect(await letters.list('unread', 1)).toHaveLength(1);
    });
  });
}
