import { expect, test } from 'vitest';
import { chainAudit } from '../../functions/chain-audit/handler.ts';
import { keepSpareKeys } from '../../functions/keep-spare-keys/handler.ts';
import { reportUnfinished } from '../../functions/report-unfinished/handler.ts';
import { aWorld } from '../support/world.ts';

const CONTEXT = { untilMs: Number.MAX_SAFE_INTEGER };

test('[7.1] an incident that waits for people is unfinished since it was confirmed, a sealed one is not', async () => {
  const world = await aWorld();
  const { services } = world.state;
  await world.breakGlass('values-leaked');
  const sealed = await reportUnfinished.invoke(services, { v: 1 }, CONTEXT);
  expect(sealed).toEqual({ v: 1, unfinished: 0, oldestUnfinishedSeconds: 0 });

  const { confirmedAtMs } = await world.breakGlass('reader-compromised');
  const hourLater = { ...services.clock, nowMs: () => confirmedAtMs + 3_600_000 };
  const waiting = await reportUnfinished.invoke({ ...services, clock: hourLater }, { v: 1 }, CONTEXT);
  expect(waiting).toEqual({ v: 1, unfinished: 1, oldestUnfinishedSeconds: 3_600 });
});

test('[6.3] chaining again chains nothing twice', async () => {
  const world = await aWorld();
  const { services } = world.state;
  await world.breakGlass('values-leaked');
  const first = await chainAudit.invoke(services, { v: 1 }, CONTEXT);
  expect(first.seq).toBeGreaterThan(5);
  expect(await chainAudit.invoke(services, { v: 1 }, CONTEXT)).toEqual(first);
});

test('[5.4] keys are kept waiting, and no class has one more', async () => {
  const world = await aWorld();
  const { keys } = world.state.services;
  let kept = 0;
  const keepSpares = async () => {
    kept += 1;
    await keys.keepSpares();
  };
  const before = await keys.list('payments');
  const services = { ...world.state.services, keys: { ...keys, keepSpares } };
  expect(await keepSpareKeys.invoke(services, { v: 1 }, CONTEXT)).toEqual({ v: 1 });
  expect(kept).toBe(1);
  expect(await keys.list('payments')).toEqual(before);
});
