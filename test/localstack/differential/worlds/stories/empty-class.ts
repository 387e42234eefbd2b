import type { WorldScenario } from '../scenario.ts';

export const emptyClass: WorldScenario = {
  name: 'empty',
  title: '[5.4] a class without a secret, fenced: nothing is re-issued, nobody is called contained',
  async story(world) {
    await world.enrol({ secrets: { db: 0 } });
    await world.breakGlass({ cause: 'unknown' });
    return [await world.sign('alice'), await world.sign('bob')];
  },
  truth: { ends: ['succeeded'], fates: {}, said: [['alice'], ['alice', 'bob']] },
};
