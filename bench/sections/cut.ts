import { cutFloor, cutRekey } from '../cut.ts';
import type { Run } from '../run.ts';
import type { BenchWorld } from '../world.ts';

export async function measureCut({ figures, secrets, rounds, say }: Run, world: BenchWorld): Promise<void> {
  const [floors, cuts]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    floors.push(await cutFloor(world));
    cuts.push(await cutRekey(world, round));
    say(`cut ${round + 1}: floor ${floors.at(-1)?.toFixed(0)} ms, rekey ${cuts.at(-1)?.toFixed(0)} ms`);
  }
  const large = secrets > 1_000;
  figures.add('cutFloorMs', 'cut, floor ms', floors);
  figures.add(
    'cutMs',
    'cut, rekey ms',
    cuts,
    large ? { blocks: 2_000, aim: '1,000' } : { blocks: 500, aim: '250' },
  );
}
