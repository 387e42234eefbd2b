import type { AuditCursor } from '../../shared/ports/audit-cursor.ts';
import type { Clock } from '../../shared/ports/clock.ts';

/** A cursor that lasts as long as the test. */
export function createMemoryCursor(clock: Pick<Clock, 'nowMs'>): AuditCursor {
  let place = 0;
  let held: { readonly untilMs: number } | undefined;
  return {
    seq: async () => place,
    async advance(seq) {
      place = Math.max(place, seq);
    },
    async hold(forMs) {
      const nowMs = clock.nowMs();
      if (held !== undefined && held.untilMs >= nowMs) return null;
      const mine = { untilMs: nowMs + forMs };
      held = mine;
      return async () => {
        if (held === mine) held = undefined;
      };
    },
  };
}
