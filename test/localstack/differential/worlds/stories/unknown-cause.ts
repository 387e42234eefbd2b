import { keyPoliciesAreNotEnforced } from '../departures.ts';
import type { WorldScenario } from '../scenario.ts';

export const unknownCause: WorldScenario = {
  name: 'unknown',
  title: '[5.4] [6.1] unknown cause: fenced, cut, re-issued, re-opened by two people',
  async story(world) {
    await world.enrol({ secrets: { db: 4 } });
    await world.breakGlass({ cause: 'unknown' });
    return [await world.sign('alice'), await world.sign('bob')];
  },
  truth: {
    ends: ['succeeded'],
    fates: { 'revoked-proven, live': 4 },
    said: [['alice'], ['alice', 'bob']],
  },
  departures: [keyPoliciesAreNotEnforced],
};
