import { describe, expect, test } from 'vitest';
import type { DetectorStates, StateChange } from '../../shared/ports/detector-states.ts';
import { AT_MS, uniqueName } from './records.ts';

/** What every keeper of what rules remember keeps to. */
export function describeDetectorStates(name: string, create: () => Promise<DetectorStates>): void {
  describe(`detector states ${name}`, () => {
    const change = (about: Partial<StateChange> = {}): StateChange => ({
      rule: 'denied-reads',
      key: uniqueName('principal'),
      state: { at: [AT_MS] },
      seq: 7,
      atMs: AT_MS,
      ...about,
    });

    test('[7.1] what a rule remembers by a key is its own, and the last that was saved', async () => {
      const states = await create();
      const one = change();
      const other = change({ rule: 'enumeration', key: one.key, state: ['a'] });
      const asked = [
        { rule: one.rule, key: one.key },
        { rule: 'volume' as const, key: one.key },
        { rule: other.rule, key: other.key },
      ];
      expect(await states.load(asked)).toEqual([null, null, null]);
      await states.save([one, other]);
      expect(await states.load(asked)).toEqual([
        { state: one.state, seq: 7 },
        null,
        { state: ['a'], seq: 7 },
      ]);
      await states.save([{ ...one, state: { at: [] }, seq: 8 }]);
      expect(await states.load(asked)).toEqual([
        { state: { at: [] }, seq: 8 },
        null,
        { state: ['a'], seq: 7 },
      ]);
    });

    test('[7.1] a key is whatever a caller calls himself', async () => {
      const states = await create();
      const odd = change({ key: `‮${'x'.repeat(512)}#\u{1F511}\n'"` });
      await states.save([odd]);
      expect(await states.load([odd])).toEqual([{ state: odd.state, seq: odd.seq }]);
    });
  });
}
