import type { WorldScenario } from '../scenario.ts';

export const oneSecret: WorldScenario = {
  name: 'single',
  title: '[5.4] one secret of a class: the others keep their values, and the key that seals them',
  async story(world) {
    await world.enrol({ secrets: { db: 4 } });
    await world.breakGlass({ secret: world.secret(1) });
  },
  truth: { ends: ['succeeded'], fates: { 'revoked-proven, live': 1, live: 3 } },
};
