import { describe, expect, test } from 'vitest';
import type { Clock } from '../../shared/ports/clock.ts';

/** What every clock keeps to, one of a test too. */
export function describeClock(name: string, create: () => Clock): void {
  describe(`clock ${name}`, () => {
    test('time is in whole milliseconds, and does not go back', async () => {
      const clock = create();
      let before = clock.nowMs();
      for (let look = 0; look < 1_000; look += 1) {
        const now = clock.nowMs();
        expect(Number.isSafeInteger(now)).toBe(true);
        expect(now).toBeGreaterThanOrEqual(before);
        before = now;
      }
      await clock.sleep(2);
      expect(clock.nowMs()).toBeGreaterThanOrEqual(before);
    });

    test('no sleep is longer than its signal allows, and none for no time', async () => {
      const clock = create();
      const ending = new AbortController();
      const sleeping = clock.sleep(3_600_000, ending.signal);
      ending.abort();
      await expect(sleeping).resolves.toBeUndefined();
      await expect(clock.sleep(3_600_000, AbortSignal.abort())).resolves.toBeUndefined();
      await expect(clock.sleep(0)).resolves.toBeUndefined();
      await expect(clock.sleep(-1)).resolves.toBeUndefined();
    });
  });
}
