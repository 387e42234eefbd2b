import { expect, test } from 'vitest';
import { startBySchedule } from '../../../shared/driver/start-of.ts';
import { FrozenClock } from '../../support/clock.ts';
import { aHeldSecret, aRotatingClass, DAY_MS, HOUR_MS } from '../../support/rotating.ts';
import { aState } from '../../support/state.ts';

const clock = new FrozenClock();
const services = () => ({ registry: aState().services.registry, clock });

test('[5.2] whether a class stopped itself is not judged by a batch: those that are tried again may come together', async () => {
  const record = aRotatingClass('payments', { stopAtErrorRate: 20 });
  const atMs = clock.nowMs() - HOUR_MS;
  const routine = { failures: 1, atMs, notBeforeMs: atMs, code: 'refused', message: 'too long' };
  const batch = Array.from({ length: 6 }, (_, index) =>
    aHeldSecret(`vault://prod/app_${index}`, clock.nowMs() - 40 * DAY_MS, { routine }),
  );
  const { mayStart, user } = await startBySchedule(services(), record, batch);
  expect(batch.filter(mayStart)).toHaveLength(6);
  expect(user).toBe('schedule');
});

test('[5.2] what is not due and need not go early does not begin, whatever a manifest names', async () => {
  const record = aRotatingClass('payments', { inFlight: { class: { count: 1 } } });
  const young = aHeldSecret('vault://prod/young', clock.nowMs() - HOUR_MS);
  const { mayStart } = await startBySchedule(services(), record, [young]);
  expect(mayStart(young)).toBe(false);
});
