import { cpus } from 'node:os';
import { Command, Option } from 'commander';
import { Figures } from './figures.ts';
import { rekey } from './reissue.ts';
import { rotateAll } from './rotation.ts';
import type { Run } from './run.ts';
import { measureScale, type ScalePoint } from './scale.ts';
import { measureAims } from './sections/aims.ts';
import { measureBesideFloor } from './sections/beside-floor.ts';
import { measureCut } from './sections/cut.ts';
import { measureDead } from './sections/dead-targets.ts';
import { measureDetection, measurePast } from './sections/detection.ts';
import { measureLeaks } from './sections/leaks.ts';
import { measureLogIns } from './sections/log-ins.ts';
import { measurePseudonymsBeside } from './sections/pseudonyms.ts';
import { measureReads } from './sections/reads.ts';
import { measureSchedule } from './sections/schedule.ts';
import { createBenchWorld } from './world.ts';

const SECTIONS = [
  'detectors',
  'backtest',
  'reads',
  'pseudonyms',
  'cut',
  'reissue',
  'rotation',
  'log-ins',
  'dead',
  'schedule',
  'leaks',
  'aims',
  'scale',
] as const;
type Section = (typeof SECTIONS)[number];

const { secrets, rounds, only, json } = new Command('bench')
  .description('Rekey beside the bare driver, interleaved in one run, on real PostgreSQL servers.')
  .option('--secrets <n>', 'roles', Number, 1_000)
  .option('--rounds <n>', 'rounds of each', Number, 5)
  .addOption(new Option('--only <what>', 'one of them; scale (to 10,000) runs only so').choices(SECTIONS))
  .option('--json', 'one object on standard output')
  .parse()
  .opts<{ secrets: number; rounds: number; only?: Section; json?: boolean }>();

const figures = new Figures();
const say = (text: string) => process.stderr.write(`${text}\n`);
const run: Run = { figures, secrets, rounds, say };
const wants = (section: Section) => (only === undefined ? section !== 'scale' : only === section);

const scale: ScalePoint[] = [];
if (wants('scale')) {
  for (const count of [100, 1_000, 10_000]) {
    scale.push(await measureScale(count));
    say(`scale: ${JSON.stringify(scale.at(-1))}`);
  }
}
if (wants('detectors')) measureDetection(run);
if (wants('backtest')) await measurePast(run);
if (wants('reads')) await measureReads(run);
if (wants('pseudonyms')) await measurePseudonymsBeside(run);
if (wants('schedule')) measureSchedule(run);
if (wants('log-ins')) for (const pairs of [false, true]) await measureLogIns(run, pairs);
if (wants('leaks')) await measureLeaks(run);
if (wants('aims')) await measureAims(run);
if (wants('cut') || wants('reissue') || wants('rotation') || wants('dead')) {
  const world = await createBenchWorld(secrets, { dead: wants('dead') });
  try {
    // The cut first: its floor logs in with the first passwords.
    if (wants('cut')) await measureCut(run, world);
    if (wants('reissue'))
      await measureBesideFloor(run, world, { key: 'reissue', name: 're-issue with proof', own: rekey });
    if (wants('rotation'))
      await measureBesideFloor(run, world, { key: 'rotation', name: 'routine rotation', own: rotateAll });
    if (wants('dead')) await measureDead(run, world);
  } finally {
    await world.stop();
  }
}

const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`;
if (json === true) {
  process.stdout.write(`${JSON.stringify({ machine, secrets, rounds, ...figures.byKey(), scale })}\n`);
} else {
  process.stdout.write(`${machine}, ${secrets} roles on 4 servers, ${rounds} rounds\n`);
  for (const line of figures.lines()) process.stdout.write(`${line}\n`);
  for (const { secrets: count, ms, engineMiB } of scale) {
    process.stdout.write(
      `${count} secrets: ${(ms / 1_000).toFixed(1)} s, ${(ms / count).toFixed(2)} ms each, engine ${engineMiB} MiB\n`,
    );
  }
}
for (const text of figures.blocked()) {
  say(`BLOCKED: ${text}`);
  process.exitCode = 1;
}
