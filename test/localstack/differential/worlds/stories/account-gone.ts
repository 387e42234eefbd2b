import type { WorldScenario } from '../scenario.ts';

export const accountGone: WorldScenario = {
  name: 'gone',
  title:
    '[5.2] [5.1] an account that is no more at its target: set aside for a person, left alone by the next run, and the others rotate',
  isRoutine: true,
  async story(world) {
    await world.enrol({ secrets: { db: 3 }, rotation: { grace: '30s', isDue: true } });
    const role = world.role(1);
    await world.atTarget((admin) => admin.query(`DROP ROLE ${role}`));
    await world.runSchedule();
    const meanwhile = await world.fates();
    await world.untilItGoesOn();
    await world.runSchedule();
    return meanwhile;
  },
  truth: {
    ends: ['succeeded', 'succeeded'],
    fates: { 'revoked-proven, failed': 1, 'revoked-proven, live': 2 },
    said: { 'revoked-proven, failed': 1, 'grace, live': 2 },
  },
};
