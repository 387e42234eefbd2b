import type { WorldScenario } from '../scenario.ts';

export const classDue: WorldScenario = {
  name: 'due',
  title:
    '[5.2] a class that is due: one run of the schedule gives it new values, the next proves the old ones dead, and then nothing is due',
  isRoutine: true,
  async story(world) {
    await world.enrol({ secrets: { one: 2, two: 2 }, rotation: { grace: '30s', isDue: true } });
    await world.runSchedule();
    const meanwhile = await world.fates();
    await world.untilItGoesOn();
    await world.runSchedule();
    await world.runSchedule();
    return meanwhile;
  },
  truth: {
    ends: ['succeeded', 'succeeded', 'succeeded'],
    fates: { 'revoked-proven, live': 4 },
    said: { 'grace, live': 4 },
  },
};
