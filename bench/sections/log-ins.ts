import { countLogIns } from '../lock-outs.ts';
import type { Run } from '../run.ts';
import { createBenchWorld } from '../world.ts';

const LOGINS = 10_000;

/** Accounts whose consumers are counted. */
const WATCHED = 200;

export async function measureLogIns({ figures, say }: Run, pairs: boolean): Promise<void> {
  const world = await createBenchWorld(WATCHED, { pairs });
  try {
    const accounts = world.rekeyRoles.map((role, index) => {
      const { host, port } = world.serverOf(index);
      return { ref: `vault://p/${role}` as const, role, host, port };
    });
    const { logins, secondTries, lockOuts, proven } = await countLogIns(world, accounts, LOGINS);
    const what = pairs ? 'two credentials' : 'one credential';
    say(
      `${what}: ${logins} logins, ${secondTries} second tries, ${lockOuts} lock-outs; ${proven} old credentials proven dead meanwhile`,
    );
    const key = pairs ? 'Two' : 'One';
    figures.add(`lockOuts${key}`, `lock-outs, ${what}, ${LOGINS} logins`, [lockOuts], { blocks: 0 });
    figures.add(`secondTries${key}`, `second tries, ${what}`, [secondTries], pairs ? { blocks: 0 } : {});
  } finally {
    await world.stop();
  }
}
