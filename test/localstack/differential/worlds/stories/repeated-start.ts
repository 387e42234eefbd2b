import type { WorldScenario } from '../scenario.ts';

export const repeatedStart: WorldScenario = {
  name: 'repeated',
  title: '[7.1] the start repeated, under way and after the end: one execution, each secret re-issued once',
  async story(world) {
    await world.enrol({ secrets: { db: 4 } });
    await world.start(await world.plan());
    await world.repeatStart();
    await world.repeatStart();
  },
  truth: { ends: ['succeeded'], fates: { 'revoked-proven, live': 4 } },
};
