import type { WorldScenario } from '../scenario.ts';

export const deadTarget: WorldScenario = {
  name: 'dead',
  title: '[5.4] [7.1] one dead target: set aside and not called done; found again, the resume does the rest',
  async story(world) {
    await world.enrol({ secrets: { live: 3, lost: 3 }, firstRoundOnly: true });
    await world.lose('lost');
    await world.breakGlass();
    const meanwhile = await world.fates();
    await world.find('lost');
    await world.resume();
    return meanwhile;
  },
  truth: {
    ends: ['succeeded', 'succeeded'],
    fates: { 'revoked-proven, live': 6 },
    said: { 'revoked-proven, live': 3, 'live, pending': 3 },
  },
};
