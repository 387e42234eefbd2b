import type { WorldScenario } from '../scenario.ts';

export const requestDeclined: WorldScenario = {
  name: 'declined',
  title:
    '[5.4] [F.1] one no ends a request: who approves it afterwards comes too late, and nothing is rotated',
  isRoutine: true,
  async story(world) {
    await world.enrol({ secrets: { db: 2 } });
    await world.request('alice');
    const said = await world.decide('bob', 'deny');
    // The audit has why it is refused. What she is told differs: LocalStack forgets a token with its execution.
    await world.decide('carol', 'approve');
    return said;
  },
  truth: { ends: ['succeeded'], fates: { live: 2 }, request: 'declined', said: 'declined' },
};
