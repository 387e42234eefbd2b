import type { WorldScenario } from '../scenario.ts';

export const verifiedLate: WorldScenario = {
  name: 'late',
  title:
    '[5.2] [5.1] a verification that fails: the run promotes the others and stays with that one until its owner has mended it',
  isRoutine: true,
  async story(world) {
    await world.enrol({ secrets: { db: 3 }, rotation: { grace: '30s', isDue: true } });
    const role = world.role(1);
    await world.atTarget((admin) => admin.query(`ALTER ROLE ${role} VALID UNTIL '2020-01-01'`));
    await world.startSchedule();
    await world.untilSetAside(world.secret(1));
    const meanwhile = await world.fates();
    await world.atTarget((admin) => admin.query(`ALTER ROLE ${role} VALID UNTIL 'infinity'`));
    await world.rest();
    await world.untilItGoesOn();
    await world.runSchedule();
    return meanwhile;
  },
  truth: {
    ends: ['succeeded', 'succeeded'],
    fates: { 'revoked-proven, live': 3 },
    said: { 'live, pending': 1, 'grace, live': 2 },
  },
};
