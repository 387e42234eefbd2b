import { keyPoliciesAreNotEnforced } from '../departures.ts';
import type { WorldScenario } from '../scenario.ts';

export const readerCompromised: WorldScenario = {
  name: 'reader',
  title:
    '[5.4] [6.1] a compromised reader: another round asked for instead of signing, and his own signature refused',
  async story(world) {
    await world.enrol({ secrets: { db: 5 } });
    await world.breakGlass({ cause: 'reader-compromised', principal: 'carol' });
    const early = await world.sign('alice');
    await world.resume();
    return [early, await world.sign('carol'), await world.sign('alice'), await world.sign('bob')];
  },
  truth: {
    ends: ['succeeded'],
    fates: { 'revoked-proven, live': 5 },
    said: [['alice'], 'signature-refused', ['alice'], ['alice', 'bob']],
  },
  departures: [keyPoliciesAreNotEnforced],
};
