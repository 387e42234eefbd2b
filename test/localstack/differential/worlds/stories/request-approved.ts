import type { WorldScenario } from '../scenario.ts';

export const requestApproved: WorldScenario = {
  name: 'approved',
  title:
    '[5.4] [F.1] what one person asks for another approves, not he himself: rotated by the execution that waited, to the proof',
  isRoutine: true,
  async story(world) {
    await world.enrol({ secrets: { one: 2, two: 1 }, rotation: { grace: '4s' } });
    await world.request('alice');
    return [await world.decide('alice', 'approve'), await world.decide('bob', 'approve')];
  },
  truth: {
    ends: ['succeeded'],
    fates: { 'revoked-proven, live': 3 },
    request: 'done',
    said: ['own-request', 'approved'],
  },
};
