import { describe, expect, test } from 'vitest';
import type { ClassRecord } from '../../../../shared/domain/class.ts';
import { ROLLED_BACK } from '../../../../shared/domain/roll-back.ts';
import type { AskedRotation } from '../../../../shared/domain/schedule/asked.ts';
import { decideRotations } from '../../../../shared/domain/schedule/decide-rotations.ts';
import type { Freeze } from '../../../../shared/domain/schedule/freeze.ts';
import type { HeldBack } from '../../../../shared/domain/schedule/held-back.ts';
import { holdOffMs } from '../../../../shared/domain/schedule/hold-off.ts';
import type { RotationWindow } from '../../../../shared/domain/schedule/window.ts';
import type { SecretRecord } from '../../../../shared/domain/secret.ts';
import type { SecretRef } from '../../../../shared/domain/secret-ref.ts';
import { AT_MS } from '../../../contracts/records.ts';
import {
  aHeldSecret,
  aRotatingClass,
  DAY_MS,
  HOUR_MS,
  inFlight,
  MINUTE_MS,
} from '../../../support/rotating.ts';

const YEAR_MS = 365 * DAY_MS;

function decide(
  secrets: readonly SecretRecord[],
  {
    classes = [aRotatingClass('payments')],
    freezes = [],
    nowMs = AT_MS,
    asked = [],
  }: {
    readonly classes?: readonly ClassRecord[];
    readonly freezes?: readonly Freeze[];
    readonly nowMs?: number;
    readonly asked?: readonly AskedRotation[];
  } = {},
) {
  return decideRotations({ classes, secrets, freezes, asked, nowMs });
}

/** As many secrets of the class that are over age, the first the longest. */
function overdue(
  count: number,
  about: (index: number) => Partial<SecretRecord> = () => ({}),
): SecretRecord[] {
  return Array.from({ length: count }, (_, index) =>
    aHeldSecret(`vault://prod/app_${index}`, AT_MS - YEAR_MS + index, about(index)),
  );
}

const whyOf = (secret: SecretRecord, world: Parameters<typeof decide>[1] = {}): HeldBack | undefined =>
  decide([secret], world).held[0]?.why;

function aFreeze(about: Partial<Freeze> = {}): Freeze {
  return { v: 1, frozen: true, by: 'ada', atMs: AT_MS - HOUR_MS, reason: 'year end', ...about };
}

const failed = (failures: number, atMs: number): Pick<SecretRecord, 'routine'> => ({
  routine: {
    failures,
    atMs,
    notBeforeMs: atMs + holdOffMs(failures),
    code: 'target-refused',
    message: 'too long',
  },
});

describe('what a look begins', () => {
  test('[5.2] those over their maximum age first, the oldest breach first, then whoever is due longest', () => {
    const due = (ref: SecretRef, ageDays: number) => aHeldSecret(ref, AT_MS - ageDays * DAY_MS);
    const { ref: unknown } = aHeldSecret('vault://prod/unknown', 0);
    const { valueSinceMs: _nobodyKnows, ...ageless } = aHeldSecret(unknown, 0);
    const { begin } = decide([
      due('vault://prod/due-late', 20),
      due('vault://prod/due-early', 25),
      due('vault://prod/over', 31),
      due('vault://prod/over-more', 40),
      ageless,
      due('vault://prod/young', 1),
    ]);
    expect(begin.slice(0, 3)).toEqual([unknown, 'vault://prod/over-more', 'vault://prod/over']);
    expect(new Set(begin.slice(3))).toEqual(new Set(['vault://prod/due-early', 'vault://prod/due-late']));
  });

  test('[5.2] nothing that no rotator changes, that has no value yet, or whose class does not rotate', () => {
    const { currentVersionId: _none, ...unissued } = aHeldSecret('vault://prod/unissued', 0);
    const secrets = [
      aHeldSecret('vault://prod/static', 0, { kind: 'static', target: '' }),
      unissued,
      aHeldSecret('vault://prod/other', 0, { className: 'by-hand' }),
      aHeldSecret('vault://prod/stray', 0, { className: 'never-enrolled' }),
    ];
    const { rotation: _no, ...byHand } = aRotatingClass('by-hand').policy;
    const classes = [aRotatingClass('payments'), { ...aRotatingClass('by-hand'), policy: byHand }];
    expect(decide(secrets, { classes })).toEqual({ begin: [], held: [] });
  });

  test('[5.2] what is in flight is neither begun nor held back', () => {
    const secret = aHeldSecret('vault://prod/app', AT_MS - YEAR_MS);
    expect(decide([secret]).begin).toEqual([secret.ref]);
    expect(decide([inFlight(secret, AT_MS)])).toEqual({ begin: [], held: [] });
  });
});

describe('what holds a secret back', () => {
  const secret = aHeldSecret('vault://prod/app', AT_MS - YEAR_MS);
  const payments = aRotatingClass('payments');

  test('[5.2] an open incident of its class', () => {
    expect(whyOf(secret, { classes: [{ ...payments, incidents: ['inc-1'] }] })).toEqual({
      because: 'incident',
      incident: 'inc-1',
    });
  });

  test('[5.2] a freeze of its class or of everything, until it is released', () => {
    const ofClass = aFreeze({ className: 'payments' });
    const ofAll = aFreeze();
    expect(whyOf(secret, { freezes: [ofClass] })).toEqual({ because: 'frozen', freeze: ofClass });
    expect(whyOf(secret, { freezes: [ofClass, ofAll] })).toEqual({ because: 'frozen', freeze: ofAll });
    expect(whyOf(secret, { freezes: [aFreeze({ className: 'another' })] })).toBeUndefined();
    const released = [{ ...ofClass, frozen: false }, ofAll];
    expect(whyOf(secret, { freezes: released })).toEqual({ because: 'frozen', freeze: ofAll });
    expect(
      whyOf(secret, { freezes: released.map((freeze) => ({ ...freeze, frozen: false })) }),
    ).toBeUndefined();
  });

  test('[5.2] the brake of its class, where it stops; a slow one is the workers’ to keep', () => {
    const brake = { by: 'ada', sinceMs: AT_MS };
    expect(whyOf(secret, { classes: [{ ...payments, brake: { ...brake, perSecond: 0 } }] })).toEqual({
      because: 'braked',
    });
    expect(whyOf(secret, { classes: [{ ...payments, brake: { ...brake, perSecond: 1 } }] })).toBeUndefined();
  });

  const sunday: RotationWindow = { days: ['sun'], fromMinute: 120, toMinute: 240, zone: 'Europe/Berlin' };

  test('[5.2] a window that is closed, from its last moment to its first', () => {
    const classes = [aRotatingClass('payments', { windows: [sunday] })];
    const opensAtMs = Date.UTC(2026, 10, 29, 1);
    const closed = { because: 'window-closed', opensAtMs };
    // AT_MS is the Tuesday before.
    expect(whyOf(secret, { classes })).toEqual(closed);
    expect(whyOf(secret, { classes, nowMs: opensAtMs - 1 })).toEqual(closed);
    expect(whyOf(secret, { classes, nowMs: opensAtMs })).toBeUndefined();
    expect(whyOf(secret, { classes, nowMs: opensAtMs + 2 * HOUR_MS - 1 })).toBeUndefined();
    expect(whyOf(secret, { classes, nowMs: opensAtMs + 2 * HOUR_MS })).toEqual({
      because: 'window-closed',
      opensAtMs: opensAtMs + 7 * DAY_MS,
    });
  });

  test('[5.2] a window that never opens says so', () => {
    const never = { ...sunday, days: [] };
    expect(whyOf(secret, { classes: [aRotatingClass('payments', { windows: [never] })] })).toEqual({
      because: 'window-closed',
      opensAtMs: null,
    });
  });

  test('[5.2] the pause after a failed try, four times as long after each', () => {
    expect([1, 2, 3, 4, 5, 50].map((failures) => holdOffMs(failures) / MINUTE_MS)).toEqual([
      15, 60, 240, 960, 1_440, 1_440,
    ]);
    const untilMs = AT_MS + 15 * MINUTE_MS;
    const held = { ...secret, ...failed(1, AT_MS) };
    expect(whyOf(held)).toEqual({
      because: 'held-off',
      untilMs,
      code: 'target-refused',
      message: 'too long',
    });
    expect(whyOf(held, { nowMs: untilMs - 1 })).toBeDefined();
    expect(whyOf(held, { nowMs: untilMs })).toBeUndefined();
  });

  test('[5.2] a pause that a clock set back has put years away is over', () => {
    expect(whyOf({ ...secret, ...failed(1, AT_MS + YEAR_MS) })).toBeUndefined();
  });

  test('[5.2] tries that are spent, until somebody releases the class', () => {
    const spent = { ...secret, ...failed(4, AT_MS - DAY_MS) };
    expect(whyOf({ ...secret, ...failed(3, AT_MS - DAY_MS) })).toBeUndefined();
    expect(whyOf(spent)).toEqual({
      because: 'retries-spent',
      failures: 4,
      code: 'target-refused',
      message: 'too long',
    });
    const released = { className: 'payments', frozen: false };
    expect(whyOf(spent, { freezes: [aFreeze({ ...released, atMs: AT_MS - HOUR_MS })] })).toBeUndefined();
    expect(whyOf(spent, { freezes: [aFreeze({ ...released, atMs: AT_MS - 2 * DAY_MS })] })).toBeDefined();
  });

  test('[1.3] [5.2] what was rolled back, however long ago, until somebody releases the class', () => {
    const back = { failures: 1, atMs: AT_MS - YEAR_MS, notBeforeMs: AT_MS - YEAR_MS };
    const rolled = { ...secret, routine: { ...back, code: ROLLED_BACK, message: 'by ada: no' } };
    expect(whyOf(rolled)).toMatchObject({ because: 'retries-spent', code: ROLLED_BACK });
    const released = aFreeze({ className: 'payments', frozen: false, atMs: AT_MS - HOUR_MS });
    expect(whyOf(rolled, { freezes: [released] })).toBeUndefined();
  });

  test('[5.2] a rotation of it that waits for a person, which holds up nobody else', () => {
    const parked = { code: 'account-missing', message: 'role is gone', atMs: AT_MS, sweepable: false };
    const rotation = inFlight(secret, AT_MS).rotation;
    const waits = { ...secret, ...(rotation === undefined ? {} : { rotation: { ...rotation, parked } }) };
    const other = aHeldSecret('vault://prod/other', AT_MS - YEAR_MS);
    const classes = [aRotatingClass('payments', { inFlight: { class: { count: 1 } } })];
    expect(decide([waits, other], { classes })).toEqual({
      begin: [other.ref],
      held: [
        expect.objectContaining({
          ref: secret.ref,
          why: { because: 'parked', code: 'account-missing', message: 'role is gone' },
        }),
      ],
    });
  });

  test('[5.2] a claim that stands, and a cut', () => {
    const claim = { operation: 'op-9', holder: 'w', token: 1, expiresAtMs: AT_MS + 1 };
    expect(whyOf({ ...secret, claim })).toEqual({ because: 'claimed', operation: 'op-9' });
    expect(whyOf({ ...secret, claim }, { nowMs: AT_MS + 1 })).toBeUndefined();
    expect(whyOf({ ...secret, cut: { operation: 'inc-1', wasOff: true, atMs: AT_MS } })).toEqual({
      because: 'cut',
      operation: 'inc-1',
    });
  });
});

describe('the share in flight', () => {
  const atOnce = (inFlight: object) => [aRotatingClass('payments', { inFlight })];

  test.each([
    [{ count: 3 }, 3],
    [{ percent: 10 }, 4],
    // At least one goes.
    [{ percent: 1 }, 1],
    [{ count: 100 }, 40],
  ])('[5.2] %o of a class of forty: %i begin', (share, begun) => {
    expect(decide(overdue(40), { classes: atOnce({ class: share }) }).begin).toHaveLength(begun);
  });

  test('[5.2] what is in flight already counts, and whoever waits is told how many there are', () => {
    const secrets = overdue(10).map((secret, index) => (index < 2 ? inFlight(secret, AT_MS) : secret));
    const { begin, held } = decide(secrets, { classes: atOnce({ class: { count: 3 } }) });
    expect(begin).toEqual(['vault://prod/app_2']);
    expect(held.map(({ why }) => why)).toEqual(
      Array.from({ length: 7 }, () => ({ because: 'class-full', inFlight: 3, atOnce: 3 })),
    );
  });

  test('[5.2] a target’s share counts whatever class is in flight there, and leaves other targets alone', () => {
    const secrets = overdue(8, (index) => ({ target: index % 2 === 0 ? 'orders' : 'billing' }));
    const foreign = inFlight(
      aHeldSecret('vault://prod/foreign', AT_MS, { className: 'sessions', target: 'orders' }),
      AT_MS,
    );
    const { begin, held } = decide([...secrets, foreign], { classes: atOnce({ target: { count: 2 } }) });
    expect(begin).toEqual(['vault://prod/app_0', 'vault://prod/app_1', 'vault://prod/app_3']);
    expect(new Set(held.map(({ why }) => why.because))).toEqual(new Set(['target-full']));
  });

  test('[5.2] a tenant’s share keeps one tenant from being all in flight', () => {
    const secrets = overdue(6, (index) => ({ tenant: index < 4 ? 'acme' : 'globex' }));
    const { begin, held } = decide(secrets, { classes: atOnce({ tenant: { percent: 50 } }) });
    expect(begin).toEqual(['vault://prod/app_0', 'vault://prod/app_1', 'vault://prod/app_4']);
    expect(held.map(({ why }) => why)).toEqual([
      { because: 'tenant-full', inFlight: 2, atOnce: 2 },
      { because: 'tenant-full', inFlight: 2, atOnce: 2 },
      { because: 'tenant-full', inFlight: 1, atOnce: 1 },
    ]);
  });
});

describe('what later windows cannot hold', () => {
  const sundays: RotationWindow = { days: ['sun'], fromMinute: 120, toMinute: 240, zone: 'Europe/Berlin' };
  const opensAtMs = Date.UTC(2026, 10, 29, 1);
  // An hour of grace: two rounds of ten each Sunday, and three Sundays more before their latest moment.
  const classes = [
    aRotatingClass('payments', {
      everyMs: 30 * DAY_MS,
      windows: [sundays],
      inFlight: { class: { count: 10 } },
    }),
  ];
  const aWeekOld = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      aHeldSecret(`vault://prod/app_${index}`, opensAtMs - 7 * DAY_MS),
    );

  test.each([
    [60, 0],
    [65, 5],
    [90, 10],
  ])('[5.2] of %i that are not due %i go early', (count, early) => {
    const { begin, held } = decide(aWeekOld(count), { classes, nowMs: opensAtMs });
    expect(begin).toHaveLength(early);
    expect(held).toEqual([]);
  });

  test('[5.2] nothing goes early while the window is closed, the class frozen or its bound reached', () => {
    const secrets = aWeekOld(65);
    expect(decide(secrets, { classes, nowMs: opensAtMs - 1 }).begin).toEqual([]);
    expect(decide(secrets, { classes, nowMs: opensAtMs, freezes: [aFreeze()] }).begin).toEqual([]);
    const full = secrets.map((secret, index) => (index < 10 ? inFlight(secret, opensAtMs) : secret));
    expect(decide([...full, ...aWeekOld(90)], { classes, nowMs: opensAtMs }).begin).toEqual([]);
  });
});

describe('the error rate', () => {
  const classes = [aRotatingClass('payments', { stopAtErrorRate: 20, retries: 9 })];
  /** Of so many with a try in the last hours, the first ones failed; and one that is due. */
  const tried = (count: number, failures: number, failedAtMs = AT_MS - HOUR_MS) => [
    ...Array.from({ length: count }, (_, index) => {
      const { routine } = failed(1, failedAtMs);
      return aHeldSecret(
        `vault://prod/tried_${index}`,
        index < failures ? AT_MS - 2 * DAY_MS : AT_MS - 2 * HOUR_MS,
        index < failures && routine !== undefined ? { routine } : {},
      );
    }),
    aHeldSecret('vault://prod/due', AT_MS - YEAR_MS),
    aHeldSecret('vault://prod/due-too', AT_MS - YEAR_MS + 1),
  ];
  const outcome = (secrets: readonly SecretRecord[], more: Parameters<typeof decide>[1] = {}) => {
    const { begin, held } = decide(secrets, { classes, ...more });
    return [begin.length, held.map(({ why }) => why)] as const;
  };

  test('[5.2] stops a class at its limit', () => {
    expect(outcome(tried(20, 3))[0]).toBe(2);
    const stop = { failed: 4, tries: 20, probedFromMs: AT_MS + 3 * HOUR_MS };
    expect(outcome(tried(20, 4))).toEqual([
      0,
      [
        { because: 'error-rate', stop },
        { because: 'error-rate', stop },
      ],
    ]);
  });

  test('[5.2] says nothing of a class after fewer than five tries', () => {
    // With the two that are due, whose last values are tries too, long ago.
    expect(outcome(tried(2, 2))[0]).toBe(2);
    expect(outcome(tried(3, 3))[0]).toBe(0);
  });

  test('[5.2] counts the last twenty tries: what went well long ago hides nothing', () => {
    const longAgo = Array.from({ length: 500 }, (_, index) =>
      aHeldSecret(`vault://prod/fine_${index}`, AT_MS - 3 * DAY_MS),
    );
    expect(outcome([...longAgo, ...tried(4, 4)])[0]).toBe(0);
  });

  test('[5.2] tries one secret four hours after the last failure, and no second beside it', () => {
    const secrets = tried(20, 8, AT_MS - 4 * HOUR_MS);
    expect(outcome(secrets)[0]).toBe(1);
    expect(outcome(secrets, { nowMs: AT_MS - 1 })[0]).toBe(0);
    const probed = secrets.map((secret) =>
      secret.ref === 'vault://prod/due' ? inFlight(secret, AT_MS) : secret,
    );
    expect(outcome(probed)[0]).toBe(0);
  });

  test('[5.2] counts what is set aside as failed, for as long as it is, and an emergency’s not at all', () => {
    const parked = {
      code: 'target-unavailable',
      message: 'no answer',
      atMs: AT_MS - HOUR_MS,
      sweepable: true,
    };
    const setAside = (mode: 'routine' | 'emergency') =>
      tried(20, 0).map((secret, index) => {
        const { rotation } = inFlight(secret, AT_MS);
        return index < 8 && rotation !== undefined
          ? { ...secret, rotation: { ...rotation, mode, parked } }
          : secret;
      });
    expect(outcome(setAside('routine'))[0]).toBe(0);
    expect(outcome(setAside('emergency'))[0]).toBe(2);
  });

  test('[5.2] goes on once somebody releases the class', () => {
    const released = aFreeze({ className: 'payments', frozen: false, atMs: AT_MS });
    expect(outcome(tried(20, 8))[0]).toBe(0);
    expect(outcome(tried(20, 8), { freezes: [released] })[0]).toBe(2);
  });

  test('[5.2] stops nobody where the class has no limit', () => {
    expect(outcome(tried(20, 20), { classes: [aRotatingClass('payments')] })[0]).toBe(2);
  });
});

describe('[7.2] a secret that a rule asked for', () => {
  const ref = 'vault://prod/app_new' as const;
  const young = aHeldSecret(ref, AT_MS - HOUR_MS);
  const other = aHeldSecret('vault://prod/app_other', AT_MS - HOUR_MS);
  const asked = [{ v: 1, ref, by: 'rule off-hours', atMs: AT_MS - MINUTE_MS }] as const;

  test('is due at once, and no other is', () => {
    expect(decide([young, other])).toEqual({ begin: [], held: [] });
    expect(decide([young, other], { asked })).toEqual({ begin: [ref], held: [] });
  });

  test('is due no more once its value is newer', () => {
    expect(decide([aHeldSecret(ref, AT_MS - MINUTE_MS)], { asked })).toEqual({ begin: [], held: [] });
  });

  test('waits as any that is due: for the end of a freeze, of an incident, and for its turn', () => {
    const incident = { ...aRotatingClass('payments'), incidents: ['inc-1'] };
    expect(whyOf(young, { asked, freezes: [aFreeze()] })).toMatchObject({ because: 'frozen' });
    expect(whyOf(young, { asked, classes: [incident] })).toMatchObject({ because: 'incident' });
    const cut = { ...young, cut: { operation: 'inc-1', wasOff: false, atMs: AT_MS } };
    expect(whyOf(cut, { asked })).toMatchObject({ because: 'cut' });
  });

  test('of unknown age is due since nobody knows when, as before', () => {
    const { valueSinceMs: _unknown, ...ageless } = young;
    expect(decide([ageless], { asked }).begin).toEqual(decide([ageless]).begin);
  });
});
