import type { WorldScenario } from '../scenario.ts';

export const classFrozen: WorldScenario = {
  name: 'frozen',
  title:
    '[5.2] [5.4] a class that is due and frozen: the schedule begins nothing of it, and what people ask for and approve is rotated all the same',
  isRoutine: true,
  async story(world) {
    await world.enrol({ secrets: { db: 2 }, rotation: { grace: '30s', isDue: true } });
    await world.freeze();
    await world.runSchedule();
    const meanwhile = await world.fates();
    await world.request('alice');
    return [meanwhile, await world.decide('bob', 'approve')];
  },
  truth: {
    ends: ['succeeded', 'succeeded'],
    fates: { 'revoked-proven, live': 2 },
    request: 'done',
    said: [{ live: 2 }, 'approved'],
  },
};
