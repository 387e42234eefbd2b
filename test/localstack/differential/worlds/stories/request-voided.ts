import type { WorldScenario } from '../scenario.ts';

export const requestVoided: WorldScenario = {
  name: 'voided',
  title:
    '[5.4] [F.1] a target that moved while people decided: what they approved is no more what would be done, and is not done',
  isRoutine: true,
  async story(world) {
    await world.enrol({ secrets: { db: 2, other: 1 } });
    await world.request('alice');
    await world.lose('db');
    return world.decide('bob', 'approve');
  },
  truth: { ends: ['succeeded'], fates: { live: 3 }, request: 'voided', said: 'approved' },
};
