import { describe, expect, test } from 'vitest';
import type { AuditCursor } from '../../shared/ports/audit-cursor.ts';

export interface AuditCursorUnderTest {
  /** Nothing was done with it yet. */
  readonly cursor: AuditCursor;
  /** As another process has it. */
  readonly other: AuditCursor;
  readonly pass: (ms: number) => void;
}

/** What every cursor keeps to. `create` is called once a test. */
export function describeAuditCursor(name: string, create: () => Promise<AuditCursorUnderTest>): void {
  describe(`audit cursor ${name}`, () => {
    test('[6.3] it goes forward alone, whoever moves it', async () => {
      const { cursor, other } = await create();
      expect(await cursor.seq()).toBe(0);
      await cursor.advance(7);
      await other.advance(5);
      expect(await cursor.seq()).toBe(7);
      await other.advance(7);
      expect([await cursor.seq(), await other.seq()]).toEqual([7, 7]);
    });

    test('[7.1] one at a time holds it, until he lets go or his time is over', async () => {
      const { cursor, other, pass } = await create();
      const release = await cursor.hold(1_000);
      expect(await other.hold(1_000)).toBeNull();
      await release?.();
      const late = await other.hold(1_000);
      expect(late).not.toBeNull();
      pass(1_001);
      expect(await cursor.hold(1_000)).not.toBeNull();
      // What was held for too long is another's by now.
      await late?.();
      expect(await other.hold(1_000)).toBeNull();
    });

    test('[7.1] of two who ask at the same moment one has it', async () => {
      const { cursor, other } = await create();
      const held = await Promise.all([cursor.hold(1_000), other.hold(1_000)]);
      expect(held.filter((release) => release !== null)).toHaveLength(1);
    });

    test('[6.3] holding changes no place, and moving it frees nothing', async () => {
      const { cursor, other } = await create();
      await cursor.hold(1_000);
      await cursor.advance(3);
      expect(await other.hold(1_000)).toBeNull();
      expect(await other.seq()).toBe(3);
    });
  });
}
