import { expect } from 'vitest';
import { RekeyError } from '../../../../../shared/domain/errors.ts';
import type { WorldScenario } from '../scenario.ts';

export const editedPlan: WorldScenario = {
  name: 'edited',
  title: '[6.1] a plan edited after it was confirmed: the machine refuses it, and so does whoever starts it',
  async story(world) {
    await world.enrol({ secrets: { db: 4 } });
    const planHash = await world.plan();
    await world.start(planHash, () => world.editPlan(planHash));
    await world.rest();
    return world.start(planHash).catch((error: unknown) => {
      if (error instanceof RekeyError) return error.code;
      throw error;
    });
  },
  truth: {
    ends: [
      expect.stringMatching(/^failed: Denied: the plan [0-9a-f]{64} was edited after it was confirmed$/),
    ],
    fates: { live: 4 },
    said: 'plan-edited',
  },
};
