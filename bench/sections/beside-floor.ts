import { floor } from '../reissue.ts';
import type { Run } from '../run.ts';
import type { BenchWorld } from '../world.ts';

/** Of all that were run: each has roles' passwords of its own. */
let floorRounds = 0;

/** Concurrency at which the bare driver is fastest here. */
async function bestWidth({ secrets, say }: Run, world: BenchWorld): Promise<number> {
  const widths: [number, number][] = [];
  for (const width of [2, 4, 8, 16]) {
    floorRounds += 1;
    widths.push([await floor(world, width, floorRounds, Math.min(200, secrets)), width]);
  }
  const [, best] = widths.toSorted((a, b) => a[0] - b[0])[0] ?? [0, 8];
  say(`best concurrency of the floor: ${best}`);
  return best;
}

/** Rekey's own way beside the floor, in turns. */
export async function measureBesideFloor(
  run: Run,
  world: BenchWorld,
  {
    key,
    name,
    own,
  }: { key: string; name: string; own: (world: BenchWorld, round: number) => Promise<number> },
): Promise<void> {
  const { figures, secrets, rounds, say } = run;
  const best = await bestWidth(run, world);
  const [floors, rekeys, ratios]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round += 1) {
    floorRounds += 1;
    const floorMs = await floor(world, best, floorRounds, secrets);
    const rekeyMs = await own(world, round);
    floors.push(floorMs);
    rekeys.push(rekeyMs);
    ratios.push(rekeyMs / floorMs);
    say(
      `${name} ${round + 1}: floor ${floorMs.toFixed(0)} ms, rekey ${rekeyMs.toFixed(0)} ms, ratio ${(rekeyMs / floorMs).toFixed(2)}`,
    );
  }
  figures.add(`${key}FloorMs`, `${name}, floor ms`, floors);
  figures.add(`${key}Ms`, `${name}, rekey ms`, rekeys);
  figures.add(`${key}Ratio`, `${name}, ratio`, ratios, { digits: 2, blocks: 1.5, aim: '1.25' });
}
