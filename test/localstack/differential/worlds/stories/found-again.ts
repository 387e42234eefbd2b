import type { WorldScenario } from '../scenario.ts';

export const foundAgain: WorldScenario = {
  name: 'found',
  title: '[5.4] [7.1] a dead target found again before the deadline: the sweep does the rest by itself',
  async story(world) {
    await world.enrol({ secrets: { live: 2, lost: 2 } });
    await world.lose('lost');
    await world.start(await world.plan());
    await world.untilAdvanced();
    await world.find('lost');
    await world.rest();
  },
  truth: { ends: ['succeeded'], fates: { 'revoked-proven, live': 4 } },
};
