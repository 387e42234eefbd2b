import { expect, test } from 'vitest';
import { planDue } from '../../functions/plan-due/handler.ts';
import { DAY_MS } from '../support/rotating.ts';
import { SetClock } from '../support/set-clock.ts';
import { aWorld } from '../support/world.ts';

test('[5.2] each run says how many values are older than their class allows, for whoever watches', async () => {
  const clock = new SetClock();
  // Every class allows 30 days, and nothing rotates by itself.
  const { state } = await aWorld({ clock, secrets: 3 });
  const overAge = async (refs: string[] = []) => {
    const input = { v: 1, execution: 'rot-1', refs };
    return (await planDue.invoke(state.services, input, { untilMs: Number.MAX_SAFE_INTEGER })).overAge;
  };
  expect(await overAge()).toBe(0);
  clock.pass(31 * DAY_MS);
  // The admin’s and the key that signs notices too, whichever a run is asked for.
  expect([await overAge(), await overAge(['vault://prod/payments/s0'])]).toEqual([5, 5]);
});

test('[1.3] a run that is asked for some secrets begins nothing, though they are due', async () => {
  const clock = new SetClock();
  const { state, refs } = await aWorld({ clock, secrets: 2, rotation: { everyMs: 10 * DAY_MS } });
  clock.pass(21 * DAY_MS);
  const batches = async (only: readonly string[]) => {
    const input = { v: 1, execution: 'rot-1', refs: only };
    return (await planDue.invoke(state.services, input, { untilMs: Number.MAX_SAFE_INTEGER })).batches;
  };
  expect([await batches([]), await batches(refs)]).toEqual([1, 0]);
});

test.each([
  ['Rekey', 'rot-20261128T030000'],
  ['a rollback', 'roll-1'],
  ['EventBridge', '3f8e0d4c-6b1a-4f0e-9c55-0f4f6f3b6c1d_8b1f2a90-52c7-4a0b-8a51-7d1c6e9f2b34'],
  ['the console', '3f8e0d4c-6b1a-4f0e-9c55-0f4f6f3b6c1d'],
  ['a person', `rot-${'x'.repeat(60)}`],
])(
  '[5.2] whatever %s calls an execution, its operation has a name whose manifests the machine may read',
  async (_who, execution) => {
    const { state } = await aWorld({ secrets: 1 });
    const planned = () =>
      planDue.invoke(state.services, { v: 1, execution, refs: [] }, { untilMs: Number.MAX_SAFE_INTEGER });
    const [{ operationId, key }, again] = [await planned(), await planned()];
    // deploy/resources/scheduled-rotation.yml
    expect(key).toMatch(/^(rot|roll)-/);
    expect(key.startsWith(`${operationId}/`)).toBe(true);
    expect(operationId.length).toBeLessThanOrEqual(48);
    expect(again.operationId).toBe(operationId);
  },
);
