import { onTestFinished } from 'vitest';
import { runEngine } from '../../../local/engine/engine.ts';
import type { Cause } from '../../../shared/domain/cause.ts';
import { describeWorkflows } from '../../contracts/workflows.ts';
import { aWorld } from '../../support/world.ts';

describeWorkflows('embedded', async () => {
  const world = await aWorld();
  const { home, state } = world;
  const { registry, workflows, clock } = state.services;
  const ending = new AbortController();
  let started = () => {};
  const running = new Promise<void>((resolve) => {
    started = resolve;
  });
  const engine = runEngine(home, { signal: ending.signal, onStarted: started });
  onTestFinished(async () => {
    ending.abort();
    if (!(await engine)) throw new Error('another engine held the state');
  });
  await running;

  const start = async (name: string, planHash: string) => ({
    name,
    input: {
      v: 1 as const,
      incidentId: name,
      planHash,
      startedBy: 'responder',
      confirmedAtMs: clock.nowMs(),
      again: false,
    },
  });
  // Nobody's secrets: what is looked at is the engine.
  const overNothing = (cause: Cause) => world.plan(cause, { scope: { tenant: 'nobody' } });
  const unknownPlan = 'f'.repeat(64);
  return {
    workflows,
    succeeding: async () => start('inc-ends', await overNothing('values-leaked')),
    failing: async () => ({
      ...(await start('inc-fails', unknownPlan)),
      error: 'NotFound',
      cause: `there is no plan ${unknownPlan}`,
    }),
    waiting: async () => start('inc-waits', await overNothing('reader-compromised')),
    tokenOf: async (name) => (await registry.incident(name))?.reopenToken,
  };
});
