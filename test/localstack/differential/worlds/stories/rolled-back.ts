import type { WorldScenario } from '../scenario.ts';

export const rolledBack: WorldScenario = {
  name: 'rolled',
  title:
    '[1.3] a new value that nobody can use is rolled back within its grace: a run of its own sees the one before live and it dead',
  isRoutine: true,
  async story(world) {
    await world.enrol({ secrets: { db: 2 }, rotation: { grace: '30s', isDue: true } });
    await world.runSchedule();
    await world.rollBack(world.secret(1));
    const meanwhile = await world.fates();
    await world.untilItGoesOn();
    await world.runSchedule();
    return meanwhile;
  },
  truth: {
    ends: ['succeeded', 'succeeded', 'succeeded'],
    fates: { 'live, revoked-proven': 1, 'revoked-proven, live': 1 },
    said: { 'live, revoked-proven': 1, 'grace, live': 1 },
  },
};
