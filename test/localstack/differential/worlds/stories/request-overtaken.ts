import type { WorldScenario } from '../scenario.ts';

export const requestOvertaken: WorldScenario = {
  name: 'overtaken',
  title:
    '[5.4] [F.1] a break-glass takes the class while people decide: what they approve afterwards is voided, each secret re-issued once',
  isRoutine: true,
  async story(world) {
    await world.enrol({ secrets: { db: 3 } });
    await world.request('alice');
    await world.breakGlass();
    return world.decide('bob', 'approve');
  },
  truth: {
    ends: ['succeeded', 'succeeded'],
    fates: { 'revoked-proven, live': 3 },
    request: 'voided',
    said: 'approved',
  },
};
