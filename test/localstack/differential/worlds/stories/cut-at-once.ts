import type { WorldScenario } from '../scenario.ts';

export const cutAtOnce: WorldScenario = {
  name: 'cutnow',
  title:
    '[5.4] values leaked, cut at once: off at two targets, then re-issued; what was off before stays off',
  async story(world) {
    await world.enrol({ secrets: { one: 3, two: 2 } });
    await world.atTarget((admin) => admin.query(`ALTER ROLE ${world.role(1)} NOLOGIN`));
    await world.breakGlass({ cutNow: true });
  },
  truth: { ends: ['succeeded'], fates: { 'revoked-proven, live': 5 } },
};
