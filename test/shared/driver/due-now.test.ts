import { expect, test } from 'vitest';
import type { SecretRecord } from '../../../shared/domain/secret.ts';
import { dueNow } from '../../../shared/driver/due-now.ts';
import { aClass, aSecret, aTarget } from '../../contracts/records.ts';
import { FrozenClock } from '../../support/clock.ts';
import { aState } from '../../support/state.ts';

const DAY_MS = 86_400_000;
const ROTATION = {
  everyMs: 20 * DAY_MS,
  windows: [],
  inFlight: {},
  graceMs: 1,
  confirm: { withinMs: 1, otherwise: 'keep' },
  retries: 9,
  stopAtErrorRate: 50,
} as const;

/** A class of eight secrets, each as it is told. */
async function aClassOf(each: (index: number, nowMs: number) => Partial<SecretRecord>) {
  const clock = new FrozenClock();
  const { services } = aState({ clock });
  const record = aClass('payments');
  const secrets = Array.from({ length: 8 }, (_, index) => ({
    ...aSecret(`vault://p/${index}`, 'payments', 'db1'),
    account: { role: `r${index}` },
    currentVersionId: `v${index}`,
    valueSinceMs: clock.ms - DAY_MS,
    ...each(index, clock.ms),
  }));
  const put = {
    classes: [{ ...record, policy: { ...record.policy, rotation: ROTATION } }],
    targets: [aTarget('db1')],
    secrets,
  };
  await services.registry.applyEnrolment([{ put, remove: {}, entries: [] }]);
  return {
    clock,
    look: (refs: readonly string[] = []) => dueNow(services, refs),
    told: async () =>
      (await services.audit.find({ action: ['stop', 'over-age'] })).map(
        ({ action, className, outcome, reason }) => [action, className, outcome, reason],
      ),
  };
}

const failedAt = (atMs: number) => ({
  routine: { failures: 1, atMs, notBeforeMs: atMs, code: 'new-refused', message: '28P01' },
});

test('[5.5] a class whose failures have stopped it is written down, once a day, however often it is looked at', async () => {
  const { clock, look, told } = await aClassOf((index, nowMs) => ({
    valueSinceMs: nowMs - 25 * DAY_MS,
    ...(index < 6 ? failedAt(nowMs - 60_000 * (index + 1)) : {}),
  }));
  await look();
  clock.ms += 60_000;
  await look();
  expect(await told()).toEqual([['stop', 'payments', 'error', '6 of its last 8 rotations failed']]);
});

test('[5.5] so are values that are older than the maximum age; those of an age that nobody knows are not', async () => {
  const { clock, look, told } = await aClassOf((index, nowMs) => ({
    valueSinceMs: nowMs - (index < 3 ? 31 : 1) * DAY_MS,
  }));
  await look();
  await look();
  expect(await told()).toEqual([['over-age', 'payments', 'error', '3 of 8']]);
  clock.ms += DAY_MS;
  await look();
  expect(await told()).toHaveLength(2);
});

test('[5.5] where all is well nothing is written, nor by a look at some secrets alone', async () => {
  const well = await aClassOf(() => ({}));
  await well.look();
  expect(await well.told()).toEqual([]);
  const old = await aClassOf((_index, nowMs) => ({ valueSinceMs: nowMs - 40 * DAY_MS }));
  await old.look(['vault://p/1']);
  expect(await old.told()).toEqual([]);
});
