import { describe, expect, test } from 'vitest';
import type { AuditArchive } from '../../shared/ports/audit-archive.ts';
import { uniqueName } from './records.ts';

const DAY_MS = 86_400_000;

export interface LockedArchiveUnderTest {
  readonly archive: AuditArchive;
  readonly nowMs: () => number;
  /** The archive's own time. */
  readonly retainForMs: number;
  /** Until when an object is locked, by the archive's own word. */
  readonly lockedUntilMs: (name: string) => Promise<number>;
  /** Deletes it for good, as its owner would. */
  readonly remove: (name: string) => Promise<void>;
}

/** What an archive keeps to that lets nobody delete before the time. `create` is called once a test. */
export function describeLockedArchive(name: string, create: () => Promise<LockedArchiveUnderTest>): void {
  describe(`locked archive ${name}`, () => {
    /** Clocks on both sides differ a little. */
    const ABOUT_MS = 60_000;

    async function written(keepMs: number | null) {
      const under = await create();
      const chain = uniqueName('kept');
      const nowMs = under.nowMs();
      await under.archive.writeBlock({
        chain,
        from: 1,
        lines: [{ line: '{"seq":1}', hash: 'ab' }],
        ...(keepMs === null ? {} : { keepUntilMs: nowMs + keepMs }),
      });
      const object = `audit/${chain}/000000000001.jsonl`;
      return { ...under, object, keptMs: (await under.lockedUntilMs(object)) - nowMs };
    }

    test('[6.4] what a regime keeps longer than the archive cannot be deleted before', async () => {
      const { retainForMs, object, keptMs, remove } = await written(2_192 * DAY_MS);
      expect(keptMs).toBeGreaterThan(retainForMs);
      expect(Math.abs(keptMs - 2_192 * DAY_MS)).toBeLessThan(ABOUT_MS);
      await expect(remove(object)).rejects.toMatchObject({ name: 'AccessDenied' });
    });

    test.each([
      ['no time is given', null],
      ['less is given', 1_000],
    ])('[6.4] where %s it is the archive’s own', async (_, keepMs) => {
      const { retainForMs, object, keptMs, remove } = await written(keepMs);
      expect(Math.abs(keptMs - retainForMs)).toBeLessThan(ABOUT_MS);
      await expect(remove(object)).rejects.toMatchObject({ name: 'AccessDenied' });
    });
  });
}
