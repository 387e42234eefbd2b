import type { WorldScenario } from '../scenario.ts';

export const valuesLeaked: WorldScenario = {
  name: 'leaked',
  title: '[5.4] [7.2] values leaked: a whole class re-issued, its consumer told, every old one proven dead',
  async story(world) {
    await world.enrol({ secrets: { db: 6 }, consumer: true });
    await world.breakGlass();
  },
  truth: { ends: ['succeeded'], fates: { 'revoked-proven, live': 6 }, confirmed: 6 },
};
