import type { WorldScenario } from '../scenario.ts';

export const verificationFails: WorldScenario = {
  name: 'expired',
  title:
    '[5.4] a verification that fails: nothing is promoted on the strength of an install, until its owner has mended it',
  async story(world) {
    await world.enrol({ secrets: { db: 4 }, firstRoundOnly: true });
    const role = world.role(1);
    await world.atTarget((admin) => admin.query(`ALTER ROLE ${role} VALID UNTIL '2020-01-01'`));
    await world.breakGlass();
    const meanwhile = await world.fates();
    await world.atTarget((admin) => admin.query(`ALTER ROLE ${role} VALID UNTIL 'infinity'`));
    await world.resume();
    return meanwhile;
  },
  truth: {
    ends: ['succeeded', 'succeeded'],
    fates: { 'revoked-proven, live': 4 },
    said: { 'live, pending': 1, 'revoked-proven, live': 3 },
  },
};
