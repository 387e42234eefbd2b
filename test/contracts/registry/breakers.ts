import { describe, expect, test } from 'vitest';
import { AT_MS, uniqueName } from '../records.ts';
import type { CreateRegistry } from '../registry.ts';

export function describeBreakers(create: CreateRegistry): void {
  describe('breakers', () => {
    test('[5.4] a breaker stands as it was set last, for its target alone, until it is closed', async () => {
      const { registry } = await create();
      const [target, other] = [uniqueName('db'), uniqueName('db')];
      const breaker = { target, failures: 1, openUntilMs: AT_MS + 1_000, reason: 'no answer', atMs: AT_MS };
      expect(await registry.breaker(target)).toBeNull();
      await registry.setBreaker(target, breaker);
      await registry.setBreaker(target, { ...breaker, failures: 2 });
      expect(await registry.breaker(target)).toEqual({ ...breaker, failures: 2 });
      expect(await registry.breaker(other)).toBeNull();
      await registry.setBreaker(other, null);
      await registry.setBreaker(target, null);
      await registry.setBreaker(target, null);
      expect(await registry.breaker(target)).toBeNull();
    });
  });
}
