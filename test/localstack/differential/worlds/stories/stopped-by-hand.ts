import { whatIsStoppedStartsAnew } from '../departures.ts';
import type { WorldScenario } from '../scenario.ts';

export const stoppedByHand: WorldScenario = {
  name: 'stopped',
  title: '[7.1] stopped by hand while it waits for a lost target, and resumed: what is done is skipped',
  async story(world) {
    await world.enrol({ secrets: { live: 3, lost: 2 } });
    await world.lose('lost');
    await world.start(await world.plan());
    await world.untilAdvanced();
    await world.stop();
    await world.find('lost');
    await world.resume();
  },
  truth: { ends: ['succeeded'], fates: { 'revoked-proven, live': 5 } },
  departures: [whatIsStoppedStartsAnew],
};
