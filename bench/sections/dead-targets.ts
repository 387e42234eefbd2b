import { cutHealthy, reissueHealthy, setDead } from '../dead-targets.ts';
import type { Run } from '../run.ts';
import type { BenchWorld } from '../world.ts';

export async function measureDead({ figures, rounds, say }: Run, world: BenchWorld): Promise<void> {
  const [reissues, cuts]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    const cutAlone = await cutHealthy(world, 'healthy', round);
    const alone = await reissueHealthy(world, 'healthy', round);
    await setDead(world, true);
    const cutBeside = await cutHealthy(world, 'payments', round);
    const beside = await reissueHealthy(world, 'payments', round);
    await setDead(world, false);
    for (const { id } of world.servers) await world.state.services.registry.setBreaker(id, null);
    cuts.push(cutBeside / cutAlone);
    reissues.push(beside / alone);
    say(
      `dead ${round + 1}: cut ${cutAlone.toFixed(0)} alone, ${cutBeside.toFixed(0)} beside the dead; re-issue ${alone.toFixed(0)} alone, ${beside.toFixed(0)} beside`,
    );
  }
  figures.add('besideDeadReissue', 'beside dead targets, re-issue', reissues, { digits: 2, blocks: 1.2 });
  figures.add('besideDeadCut', 'beside dead targets, cut', cuts, { digits: 2, blocks: 1.2 });
}
