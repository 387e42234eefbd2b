import { describe, expect, test } from 'vitest';
import type { Random } from '../../shared/ports/clock.ts';

/** What every source of randomness keeps to, a seeded one too. */
export function describeRandom(name: string, create: () => Random): void {
  describe(`random ${name}`, () => {
    test.each([0, 1, 12, 32])('%i bytes are that many', (length) => {
      expect(create().bytes(length)).toHaveLength(length);
    });

    test('what is drawn does not come twice', () => {
      const random = create();
      const drawn = Array.from({ length: 1_000 }, () => Buffer.from(random.bytes(16)).toString('hex'));
      expect(new Set(drawn).size).toBe(1_000);
      const ids = Array.from({ length: 1_000 }, () => random.uuid());
      expect(new Set(ids).size).toBe(1_000);
    });

    test('an id is a UUID of version 4', () => {
      const random = create();
      for (let draw = 0; draw < 100; draw += 1) {
        expect(random.uuid()).toMatch(
          /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        );
      }
    });
  });
}
