import type { WorldScenario } from '../scenario.ts';

export const consumersConfirm: WorldScenario = {
  name: 'told',
  title:
    '[5.5] [5.1] a consumer that has to confirm: told of each new value, and no old one goes before it has and its grace is over',
  isRoutine: true,
  async story(world) {
    await world.enrol({ secrets: { db: 2 }, consumer: true, rotation: { grace: '30s', isDue: true } });
    await world.runSchedule();
    await world.untilConfirmed();
    await world.untilItGoesOn();
    await world.runSchedule();
    const meanwhile = await world.fates();
    await world.untilItGoesOn();
    await world.runSchedule();
    return meanwhile;
  },
  truth: {
    ends: ['succeeded', 'succeeded', 'succeeded'],
    fates: { 'revoked-proven, live': 2 },
    confirmed: 2,
    said: { 'grace, live': 2 },
  },
};
