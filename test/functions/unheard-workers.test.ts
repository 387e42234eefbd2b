import { expect, test } from 'vitest';
import { checkHealth } from '../../functions/check-health/handler.ts';
import { putValues } from '../../functions/put-values/handler.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { callAs } from '../support/people.ts';
import { aWorld, type World } from '../support/world.ts';

/** Two targets; whoever stands at `db0` is not heard of. */
async function whereNobodyAnswersAtTheFirst(): Promise<World> {
  const world = await aWorld({ secrets: 2, targets: 2 });
  const { services } = world.state;
  const silent = (targetId: string) => {
    if (targetId !== 'db0') return;
    throw new RekeyError({ code: 'throttled', family: 'Throttled', message: 'no concurrency is left' });
  };
  const workers: typeof services.workers = {
    ...services.workers,
    async checkTarget(asked) {
      silent(asked.targetId);
      return services.workers.checkTarget(asked);
    },
    async noteIdentities(asked) {
      silent(asked.targetId);
      return services.workers.noteIdentities(asked);
    },
  };
  return { ...world, state: { ...world.state, services: { ...services, workers } } };
}

test('a worker that could not be asked is a check, and the other targets have theirs', async () => {
  const { checks } = await callAs(await whereNobodyAnswersAtTheFirst(), 'engineer', checkHealth, {});
  expect(checks.filter(({ what }) => what.startsWith('target'))).toEqual([
    { what: 'target db0', ok: false, detail: 'no concurrency is left', next: 'the same command again' },
    { what: 'target db1', ok: true, detail: 'its admin credential logs in' },
  ]);
});

test('values are stored though nobody could look at their accounts, which are named by their target', async () => {
  const world = await whereNobodyAnswersAtTheFirst();
  const values = world.refs.map((ref) => ({ ref, value: 'put-by-hand' }));
  expect(await callAs(world, 'engineer', putValues, { values, replace: true })).toMatchObject({
    put: world.refs.map((ref) => ({ ref })),
    seen: 1,
    unseen: [{ target: 'db0', message: 'no concurrency is left' }],
  });
});
