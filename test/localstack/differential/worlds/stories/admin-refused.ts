import type { WorldScenario } from '../scenario.ts';

export const adminRefused: WorldScenario = {
  name: 'admin',
  title:
    '[5.4] [7.1] the admin of one target refused: its cut not called seen, its secrets set aside, all of it made up for',
  async story(world) {
    await world.enrol({ secrets: { open: 3, barred: 3 }, firstRoundOnly: true });
    await world.putAdmin('barred', 'not-the-password');
    await world.breakGlass({ cutNow: true });
    const meanwhile = await world.fates();
    await world.putAdmin('barred');
    await world.resume();
    return meanwhile;
  },
  truth: {
    ends: ['succeeded', 'succeeded'],
    fates: { 'revoked-proven, live': 6 },
    said: { 'revoked-proven, live': 3, 'live, pending': 3 },
  },
};
