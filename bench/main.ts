import { cpus } from 'node:os';
import { Command } from 'commander';
import { cutFloor, cutRekey } from './cut.ts';
import { cutHealthy, reissueHealthy, setDead } from './dead-targets.ts';
import { floor, rekey } from './reissue.ts';
import { createBenchWorld } from './world.ts';

const { secrets, json, rounds, only } = new Command('bench')
  .description('Rekey beside the bare driver, interleaved in one run, on real PostgreSQL servers.')
  .option('--secrets <n>', 'roles', Number, 1_000)
  .option('--rounds <n>', 'rounds of each', Number, 5)
  .option('--only <what>', 'reissue, cut or dead')
  .option('--json', 'one object on standard output')
  .parse()
  .opts<{ secrets: number; rounds: number; only?: 'reissue' | 'cut' | 'dead'; json?: boolean }>();

interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return { min: sorted[0] ?? 0, median: sorted[Math.floor(sorted.length / 2)] ?? 0, max: sorted.at(-1) ?? 0 };
}

const say = (text: string) => process.stderr.write(`${text}\n`);
const world = await createBenchWorld(secrets, only === undefined || only === 'dead');
try {
  const [floors, rekeys, ratios, cutFloors, cuts]: [number[], number[], number[], number[], number[]] = [
    [],
    [],
    [],
    [],
    [],
  ];
  // The cut first: its floor logs in with the first passwords.
  if (only === undefined || only === 'cut') {
    for (let round = 0; round < rounds; round += 1) {
      cutFloors.push(await cutFloor(world));
      cuts.push(await cutRekey(world, round));
      say(`cut ${round + 1}: floor ${cutFloors.at(-1)?.toFixed(0)} ms, rekey ${cuts.at(-1)?.toFixed(0)} ms`);
    }
  }
  if (only === undefined || only === 'reissue') {
    const widths: [number, number][] = [];
    for (const width of [2, 4, 8, 16])
      widths.push([await floor(world, width, width, Math.min(200, secrets)), width]);
    const [, best] = widths.toSorted((a, b) => a[0] - b[0])[0] ?? [0, 8];
    say(`best concurrency of the floor: ${best}`);
    for (let round = 0; round < rounds; round += 1) {
      floors.push(await floor(world, best, 100 + round, secrets));
      rekeys.push(await rekey(world, round));
      ratios.push((rekeys.at(-1) ?? 0) / (floors.at(-1) ?? 1));
      say(
        `re-issue ${round + 1}: floor ${floors.at(-1)?.toFixed(0)} ms, rekey ${rekeys.at(-1)?.toFixed(0)} ms, ratio ${ratios.at(-1)?.toFixed(2)}`,
      );
    }
  }
  const [deadReissues, deadCuts]: [number[], number[]] = [[], []];
  if (only === undefined || only === 'dead') {
    for (let round = 0; round < rounds; round += 1) {
      const cutAlone = await cutHealthy(world, 'healthy', round);
      const alone = await reissueHealthy(world, 'healthy', round);
      await setDead(world, true);
      const cutBeside = await cutHealthy(world, 'payments', round);
      const beside = await reissueHealthy(world, 'payments', round);
      await setDead(world, false);
      for (const { id } of world.servers) await world.state.services.registry.setBreaker(id, null);
      deadCuts.push(cutBeside / cutAlone);
      deadReissues.push(beside / alone);
      say(
        `dead ${round + 1}: cut ${cutAlone.toFixed(0)} alone, ${cutBeside.toFixed(0)} beside the dead; re-issue ${alone.toFixed(0)} alone, ${beside.toFixed(0)} beside`,
      );
    }
  }
  const report = {
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
    secrets,
    rounds,
    floorMs: spreadOf(floors),
    rekeyMs: spreadOf(rekeys),
    ratio: spreadOf(ratios),
    cutMs: spreadOf(cuts),
    cutFloorMs: spreadOf(cutFloors),
    besideDeadReissue: spreadOf(deadReissues),
    besideDeadCut: spreadOf(deadCuts),
  };
  if (json === true) process.stdout.write(`${JSON.stringify(report)}\n`);
  else {
    const show = (name: string, spread: Spread | null, digits: number) =>
      spread === null
        ? ''
        : `${name}  median ${spread.median.toFixed(digits)} (${spread.min.toFixed(digits)} to ${spread.max.toFixed(digits)})\n`;
    process.stdout.write(
      `${report.machine}, ${secrets} roles on 4 servers, ${rounds} rounds\n${show('re-issue with proof, floor ms ', report.floorMs, 0)}${show('re-issue with proof, rekey ms ', report.rekeyMs, 0)}${show('ratio                         ', report.ratio, 2)}${show('cut, floor ms                 ', report.cutFloorMs, 0)}${show('cut, rekey ms                 ', report.cutMs, 0)}${show('beside dead targets, re-issue ', report.besideDeadReissue, 2)}${show('beside dead targets, cut      ', report.besideDeadCut, 2)}`,
    );
  }
} finally {
  await world.stop();
}
