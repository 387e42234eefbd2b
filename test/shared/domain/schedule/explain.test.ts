import { describe, expect, test } from 'vitest';
import { explain } from '../../../../shared/domain/schedule/explain.ts';
import type { SecretRecord } from '../../../../shared/domain/secret.ts';
import { AT_MS, aClass } from '../../../contracts/records.ts';
import { aHeldSecret, aRotatingClass, DAY_MS, inFlight } from '../../../support/rotating.ts';

const classes = [aRotatingClass('payments', { inFlight: { class: { count: 1 } } }), aClass('by-hand')];
const old = aHeldSecret('vault://prod/app', AT_MS - 31 * DAY_MS);
const of = (secret: SecretRecord, ...others: readonly SecretRecord[]) =>
  explain(secret.ref, { classes, secrets: [secret, ...others], freezes: [], nowMs: AT_MS });

describe('why a secret rotates now, or not', () => {
  const due = { dueAtMs: expect.any(Number), overAgeAtMs: AT_MS - DAY_MS };

  test('[5.2] it is begun by the next look, or held back, and why', () => {
    expect(of(old)).toEqual({ standing: 'begins', ...due });
    expect(of(old, aHeldSecret('vault://prod/older', AT_MS - 40 * DAY_MS))).toEqual({
      standing: 'held-back',
      why: { because: 'class-full', inFlight: 1, atOnce: 1 },
      ...due,
    });
  });

  test('[5.2] its turn has not come', () => {
    expect(of(aHeldSecret('vault://prod/young', AT_MS))).toEqual({
      standing: 'waiting',
      dueAtMs: expect.any(Number),
      overAgeAtMs: AT_MS + 30 * DAY_MS,
    });
  });

  test('[5.2] a rotation of it is under way, or waits for a person', () => {
    expect(of(inFlight(old, AT_MS))).toEqual({
      standing: 'in-flight',
      operation: 'op-before',
      stage: 'promoted',
    });
    const { rotation, ...rest } = inFlight(aHeldSecret('vault://prod/young', AT_MS), AT_MS);
    const parked = { code: 'account-missing', message: 'role is gone', atMs: AT_MS, sweepable: false };
    const waits = { ...rest, ...(rotation === undefined ? {} : { rotation: { ...rotation, parked } }) };
    expect(of(waits)).toEqual(
      expect.objectContaining({
        standing: 'held-back',
        why: { because: 'parked', code: 'account-missing', message: 'role is gone' },
      }),
    );
  });

  test('[5.2] it never rotates by itself', () => {
    const { currentVersionId: _none, ...unissued } = old;
    expect(of(unissued)).toEqual({ standing: 'never', why: 'no-current-version' });
    expect(of({ ...old, kind: 'static', target: '' })).toEqual({ standing: 'never', why: 'no-target' });
    for (const className of ['by-hand', 'gone']) {
      expect(of({ ...old, className })).toEqual({ standing: 'never', why: 'no-rotation-policy' });
    }
    expect(explain('vault://prod/x', { classes, secrets: [], freezes: [], nowMs: AT_MS })).toBeNull();
  });
});
