import { describe, expect, test } from 'vitest';
import { type ConfirmPolicy, standingOf } from '../../../shared/domain/confirmation.ts';

const PROMOTED_MS = Date.UTC(2026, 10, 24, 3);
const POLICY: ConfirmPolicy = { withinMs: 60_000, otherwise: 'keep' };
const UNTIL_MS = PROMOTED_MS + 60_000;

const confirmed = { consumer: 'checkout', state: 'confirmed', mustConfirm: true } as const;
const told = { consumer: 'billing', state: 'told', mustConfirm: true } as const;
const due = { consumer: 'archive', state: 'due', mustConfirm: true } as const;

describe('consumers that have to confirm', () => {
  test('[5.5] a version that nobody has to confirm waits for nobody', () => {
    expect(standingOf([], POLICY, PROMOTED_MS, PROMOTED_MS)).toEqual({ state: 'confirmed' });
    const untold = { ...due, mustConfirm: false };
    expect(standingOf([untold], POLICY, PROMOTED_MS, UNTIL_MS)).toEqual({ state: 'confirmed' });
  });

  test('[5.5] confirmed is when all of them have, however late', () => {
    expect(
      standingOf([confirmed, { ...told, state: 'confirmed' }], POLICY, PROMOTED_MS, UNTIL_MS * 2),
    ).toEqual({ state: 'confirmed' });
  });

  test('[5.5] nobody is waited for to confirm a version that is not current any more', () => {
    const overtaken = { ...told, state: 'overtaken' } as const;
    expect(standingOf([overtaken], POLICY, PROMOTED_MS, UNTIL_MS)).toEqual({ state: 'confirmed' });
  });

  test('[5.5] one that is told and has not confirmed is waited for, to the last millisecond', () => {
    expect(standingOf([confirmed, told], POLICY, PROMOTED_MS, UNTIL_MS - 1)).toEqual({
      state: 'waiting',
      untilMs: UNTIL_MS,
    });
  });

  test.each(['keep', 'escalate', 'go-on'] as const)(
    '[5.5] one that never confirms is overdue, by name, and the policy says %s',
    (otherwise) => {
      expect(
        standingOf([told, confirmed, due, due], { ...POLICY, otherwise }, PROMOTED_MS, UNTIL_MS),
      ).toEqual({
        state: 'overdue',
        otherwise,
        unconfirmed: ['archive', 'billing'],
      });
    },
  );

  test('[5.5] a clock that was set back waits, it does not hurry', () => {
    expect(standingOf([due], POLICY, PROMOTED_MS, PROMOTED_MS - 3_600_000)).toMatchObject({
      state: 'waiting',
    });
  });
});
