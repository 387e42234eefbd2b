import { describe, expect, test } from 'vitest';
import type { SeenRequests } from '../../shared/ports/seen-requests.ts';
import { AT_MS, uniqueName } from './records.ts';

export interface SeenRequestsUnderTest {
  readonly seen: SeenRequests;
  /** As another process has them. */
  readonly other: SeenRequests;
  /** Its clock; it stands at `AT_MS`. */
  readonly pass: (ms: number) => void;
}

/** What every record of seen requests keeps to. */
export function describeSeenRequests(name: string, create: () => Promise<SeenRequestsUnderTest>): void {
  describe(`seen requests ${name}`, () => {
    test('[F.1] a signature is new once, whoever asks', async () => {
      const { seen, other } = await create();
      const signature = uniqueName('signature');
      const until = AT_MS + 1_000;
      expect(await seen.note(signature, until)).toBe(true);
      expect(await seen.note(signature, until)).toBe(false);
      expect(await other.note(signature, until)).toBe(false);
      expect(await other.note(uniqueName('signature'), until)).toBe(true);
    });

    test('[F.1] of many who bring it at the same moment one has it', async () => {
      const { seen, other } = await create();
      const signature = uniqueName('signature');
      const brought = Array.from({ length: 10 }, (_, index) =>
        (index % 2 === 0 ? seen : other).note(signature, AT_MS + 1_000),
      );
      expect((await Promise.all(brought)).filter((isNew) => isNew)).toHaveLength(1);
    });

    test('[F.1] it is kept to the end of its time, and no longer', async () => {
      const { seen, pass } = await create();
      const signature = uniqueName('signature');
      await seen.note(signature, AT_MS + 1_000);
      pass(1_000);
      expect(await seen.note(signature, AT_MS + 1_000)).toBe(false);
      pass(1);
      expect(await seen.note(signature, AT_MS + 2_000)).toBe(true);
    });
  });
}
