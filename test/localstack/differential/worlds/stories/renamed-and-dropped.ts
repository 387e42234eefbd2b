import { destroyedKeysGiveTheirValues } from '../departures.ts';
import type { WorldScenario } from '../scenario.ts';

export const renamedAndDropped: WorldScenario = {
  name: 'moved',
  title:
    '[5.4] one role renamed and one dropped: cut under its new name, gone by the target’s word, both left to a person',
  async story(world) {
    await world.enrol({ secrets: { db: 4 } });
    const [renamed, dropped] = [world.role(1), world.role(2)];
    await world.atTarget((admin) =>
      admin.query(`ALTER ROLE ${renamed} RENAME TO ${renamed}_anew; DROP ROLE ${dropped}`),
    );
    await world.breakGlass({ cutNow: true });
    const meanwhile = await world.fates();
    await world.atTarget((admin) => admin.query(`ALTER ROLE ${renamed}_anew RENAME TO ${renamed}`));
    await world.resume();
    return meanwhile;
  },
  truth: {
    ends: ['succeeded', 'succeeded'],
    fates: { 'revoked-proven, live': 3, 'revoked-proven, failed, failed': 1 },
    said: { 'cut, pending': 1, 'revoked-proven, failed': 1, 'revoked-proven, live': 2 },
  },
  departures: [destroyedKeysGiveTheirValues],
};
