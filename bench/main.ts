import { cpus } from 'node:os';
import { Command, Option } from 'commander';
import { makeExport, verifiedPerSecond } from './audit-verify.ts';
import { measureBacktest } from './backtest.ts';
import { cutFloor, cutRekey } from './cut.ts';
import { cutHealthy, reissueHealthy, setDead } from './dead-targets.ts';
import { measureDetectors } from './detectors.ts';
import { createCanaryWorld } from './first-canary.ts';
import { helpMs } from './help.ts';
import { measureIngestion } from './ingestion.ts';
import { transitionsPerSecond } from './interpreter.ts';
import { createLeakWorld } from './leaks.ts';
import { countLogIns } from './lock-outs.ts';
import { floor, rekey } from './reissue.ts';
import { rotateAll } from './rotation.ts';
import { measureScale, type ScalePoint } from './scale.ts';
import { createScanWorld } from './scan.ts';
import { measureDecision, measureYear } from './schedule.ts';
import { percentile, type Spread, spreadOf } from './spread.ts';
import { type BenchWorld, createBenchWorld } from './world.ts';

const SECTIONS = [
  'detectors',
  'backtest',
  'reads',
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

const options = new Command('bench')
  .description('Rekey beside the bare driver, interleaved in one run, on real PostgreSQL servers.')
  .option('--secrets <n>', 'roles', Number, 1_000)
  .option('--rounds <n>', 'rounds of each', Number, 5)
  .addOption(new Option('--only <what>', 'one of them; scale (to 10,000) runs only so').choices(SECTIONS))
  .option('--json', 'one object on standard output')
  .parse()
  .opts<{ secrets: number; rounds: number; only?: Section; json?: boolean }>();

const say = (text: string) => process.stderr.write(`${text}\n`);
const wants = (section: Section) =>
  options.only === undefined ? section !== 'scale' : options.only === section;

/** A figure as it is shown. `blocks`: the run fails above it; `least`: below it; `aim`: said, not enforced. */
interface Figure {
  readonly key: string;
  readonly name: string;
  readonly spread: Spread;
  readonly digits: number;
  readonly blocks?: number;
  readonly least?: number;
  readonly aim?: string;
}

const figures: Figure[] = [];

function add(
  key: string,
  name: string,
  values: readonly number[],
  more: Pick<Partial<Figure>, 'digits' | 'blocks' | 'least' | 'aim'> = {},
): void {
  const spread = spreadOf(values);
  if (spread !== null) figures.push({ key, name, spread, digits: 0, ...more });
}

async function measureCut(world: BenchWorld): Promise<void> {
  const [floors, cuts]: [number[], number[]] = [[], []];
  for (let round = 0; round < options.rounds; round += 1) {
    floors.push(await cutFloor(world));
    cuts.push(await cutRekey(world, round));
    say(`cut ${round + 1}: floor ${floors.at(-1)?.toFixed(0)} ms, rekey ${cuts.at(-1)?.toFixed(0)} ms`);
  }
  const large = options.secrets > 1_000;
  add('cutFloorMs', 'cut, floor ms', floors);
  add('cutMs', 'cut, rekey ms', cuts, large ? { blocks: 2_000, aim: '1,000' } : { blocks: 500, aim: '250' });
}

let floorRounds = 0;

/** Concurrency at which the bare driver is fastest here. */
async function bestWidth(world: BenchWorld): Promise<number> {
  const widths: [number, number][] = [];
  for (const width of [2, 4, 8, 16]) {
    floorRounds += 1;
    widths.push([await floor(world, width, floorRounds, Math.min(200, options.secrets)), width]);
  }
  const [, best] = widths.toSorted((a, b) => a[0] - b[0])[0] ?? [0, 8];
  say(`best concurrency of the floor: ${best}`);
  return best;
}

/** Rekey's own way beside the floor, in turns. */
async function measureBesideFloor(
  world: BenchWorld,
  {
    key,
    name,
    run,
  }: { key: string; name: string; run: (world: BenchWorld, round: number) => Promise<number> },
): Promise<void> {
  const best = await bestWidth(world);
  const [floors, rekeys, ratios]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < options.rounds; round += 1) {
    floorRounds += 1;
    const floorMs = await floor(world, best, floorRounds, options.secrets);
    const rekeyMs = await run(world, round);
    floors.push(floorMs);
    rekeys.push(rekeyMs);
    ratios.push(rekeyMs / floorMs);
    say(
      `${name} ${round + 1}: floor ${floorMs.toFixed(0)} ms, rekey ${rekeyMs.toFixed(0)} ms, ratio ${(rekeyMs / floorMs).toFixed(2)}`,
    );
  }
  add(`${key}FloorMs`, `${name}, floor ms`, floors);
  add(`${key}Ms`, `${name}, rekey ms`, rekeys);
  add(`${key}Ratio`, `${name}, ratio`, ratios, { digits: 2, blocks: 1.5, aim: '1.25' });
}

const LOGINS = 10_000;

/** Accounts whose consumers are counted. */
const WATCHED = 200;

async function measureLogIns(pairs: boolean): Promise<void> {
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
    add(`lockOuts${key}`, `lock-outs, ${what}, ${LOGINS} logins`, [lockOuts], { blocks: 0 });
    add(`secondTries${key}`, `second tries, ${what}`, [secondTries], pairs ? { blocks: 0 } : {});
  } finally {
    await world.stop();
  }
}

async function measureDead(world: BenchWorld): Promise<void> {
  const [reissues, cuts]: [number[], number[]] = [[], []];
  for (let round = 0; round < options.rounds; round += 1) {
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
  add('besideDeadReissue', 'beside dead targets, re-issue', reissues, { digits: 2, blocks: 1.2 });
  add('besideDeadCut', 'beside dead targets, cut', cuts, { digits: 2, blocks: 1.2 });
}

async function measureAims(): Promise<void> {
  for (const count of [100, 1_000, 10_000]) {
    const world = await createCanaryWorld(count);
    try {
      const times: number[] = [];
      for (let round = 0; round < options.rounds; round += 1) times.push(await world.denied(round));
      add(`firstDenialMs${count}`, `first refused canary, ${count} secrets, ms`, times, { aim: '100' });
    } finally {
      world.stop();
    }
  }
  const audit = await makeExport(200_000);
  const [byBytes, canonical]: [number[], number[]] = [[], []];
  const [helps, transitions]: [number[], number[]] = [[], []];
  for (let round = 0; round < options.rounds; round += 1) {
    byBytes.push(await verifiedPerSecond(audit, false));
    canonical.push(await verifiedPerSecond(audit, true));
    helps.push(helpMs());
    transitions.push(await transitionsPerSecond(500));
  }
  add('auditVerifyPerSecond', 'audit verify, entries a second', byBytes, { aim: 'at least 200,000' });
  add('auditVerifyCanonicalPerSecond', 'audit verify --canonical, entries a second', canonical);
  add('helpMs', 'rekey --help, ms', helps, { aim: '120' });
  add('transitionsPerSecond', 'durable transitions a second', transitions);
}

/** One core: nothing of it waits. */
function measureDetection(): void {
  const { perSecond, halfMiB, fullMiB, findings, states } = measureDetectors(2_000_000);
  say(
    `detectors: ${findings} findings, ${states} states, ${halfMiB.toFixed(0)} MiB held at half, ${fullMiB.toFixed(0)} at the end`,
  );
  add('eventsPerSecond', 'all detectors, events a second a core', perSecond, {
    least: 20_000,
    aim: 'at least 50,000',
  });
  add('detectorsGrownMiB', 'held more by the second million events, MiB', [fullMiB - halfMiB], {
    digits: 1,
    blocks: 48,
  });
}

async function measurePast(): Promise<void> {
  const { seconds, records, findings, heldMiB } = await measureBacktest(1_000_000);
  say(`backtest: ${records} records, ${findings} findings, ${heldMiB.toFixed(0)} MiB held`);
  add('backtestSeconds', 'backtest of 1,000,000 records, s', [seconds], { digits: 1 });
}

/** Reads a second that an engine and its readers are given. */
const READS = 1_000;
const READ_SECONDS = 20;

async function measureReads(): Promise<void> {
  const rounds = {
    alone: [] as number[],
    beside: [] as number[],
    finding: [] as number[],
    rate: [] as number[],
  };
  for (let round = 0; round < options.rounds; round += 1) {
    const { aloneMs, besideMs, findingMs, perSecond, unchained } = await measureIngestion(
      READS,
      READ_SECONDS,
    );
    rounds.alone.push(percentile(aloneMs, 99));
    rounds.beside.push(percentile(besideMs, 99));
    rounds.finding.push(percentile(findingMs, 99));
    rounds.rate.push(perSecond);
    const both = (ms: readonly number[]) =>
      `${percentile(ms, 50).toFixed(1)} / ${percentile(ms, 99).toFixed(1)}`;
    say(
      `reads ${round + 1}: ${perSecond.toFixed(0)}/s answered, ${unchained} not chained a second later; median / 99th: a read alone ${both(aloneMs)} ms, beside them ${both(besideMs)} ms, to the finding ${both(findingMs)} ms (${findingMs.length})`,
    );
  }
  const digits = 1;
  // What is offered; a little less is answered where the last ones are waited for.
  add('readsPerSecond', 'reads audited a second', rounds.rate, { least: 0.95 * READS });
  add('readAloneMs', 'a read alone, 99th percentile, ms', rounds.alone, { digits });
  add('readBesideMs', 'a read beside them, 99th percentile, ms', rounds.beside, { digits });
  add('findingMs', 'read to finding, 99th percentile, ms', rounds.finding, { digits, aim: '100' });
}

function measureSchedule(): void {
  const decision = measureDecision(100_000, 4 * options.rounds);
  add('decisionMs', 'decision over 100,000 secrets, ms', decision.ms, { aim: '200' });
  add('decisionGrownMiB', 'held more after as many decisions, MiB', [decision.grownMiB], {
    digits: 1,
    blocks: 8,
  });
  const year = measureYear(10_000);
  say(`a year of schedules: ${JSON.stringify(year)}`);
  add('yearSeconds', 'a year of schedules for 10,000 secrets, s', [year.seconds], { aim: '60' });
  // Their maximum age.
  add('yearOldestDays', 'oldest value in it, days', [year.oldestDays], { digits: 1, blocks: 30 });
}

async function measureLeaks(): Promise<void> {
  const world = await createLeakWorld(100_000, 10_000);
  const imports: number[] = [];
  try {
    for (let round = 0; round < options.rounds; round += 1) imports.push(world.imported());
  } finally {
    world.stop();
  }
  add('leaksImportMs', 'leaks import, 10,000 findings, ms', imports, { aim: '2,000' });
  const log = await createScanWorld(8);
  const rates = { rekey: [] as number[], gitleaks: [] as number[], detectSecrets: [] as number[] };
  try {
    for (let round = 0; round < options.rounds; round += 1) {
      for (const by of ['rekey', 'gitleaks', 'detectSecrets'] as const) rates[by].push(log.by[by]());
      say(
        `scan ${round + 1}: ${Object.entries(rates)
          .map(([by, some]) => `${by} ${some.at(-1)?.toFixed(1)} MB/s`)
          .join(', ')}`,
      );
    }
  } finally {
    log.stop();
  }
  const digits = 1;
  add('scanMBs', 'scan, MB/s', rates.rekey, { digits });
  add('scanGitleaksMBs', 'the same by gitleaks, MB/s', rates.gitleaks, { digits });
  add('scanDetectSecretsMBs', 'the same by detect-secrets, MB/s', rates.detectSecrets, { digits });
}

const scale: ScalePoint[] = [];
if (options.only === 'scale') {
  for (const secrets of [100, 1_000, 10_000]) {
    scale.push(await measureScale(secrets));
    say(`scale: ${JSON.stringify(scale.at(-1))}`);
  }
} else {
  if (wants('detectors')) measureDetection();
  if (wants('backtest')) await measurePast();
  if (wants('reads')) await measureReads();
  if (wants('schedule')) measureSchedule();
  if (wants('log-ins')) for (const pairs of [false, true]) await measureLogIns(pairs);
  if (wants('leaks')) await measureLeaks();
  if (wants('aims')) await measureAims();
  if (wants('cut') || wants('reissue') || wants('rotation') || wants('dead')) {
    const world = await createBenchWorld(options.secrets, { dead: wants('dead') });
    try {
      // The cut first: its floor logs in with the first passwords.
      if (wants('cut')) await measureCut(world);
      if (wants('reissue'))
        await measureBesideFloor(world, { key: 'reissue', name: 're-issue with proof', run: rekey });
      if (wants('rotation'))
        await measureBesideFloor(world, { key: 'rotation', name: 'routine rotation', run: rotateAll });
      if (wants('dead')) await measureDead(world);
    } finally {
      await world.stop();
    }
  }
}

const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`;
if (options.json === true) {
  const measured = Object.fromEntries(figures.map(({ key, spread }) => [key, spread]));
  const { secrets, rounds } = options;
  process.stdout.write(`${JSON.stringify({ machine, secrets, rounds, ...measured, scale })}\n`);
} else {
  process.stdout.write(`${machine}, ${options.secrets} roles on 4 servers, ${options.rounds} rounds\n`);
  for (const { name, spread, digits, blocks, least, aim } of figures) {
    const show = (ms: number) => ms.toFixed(digits);
    const bounds = [
      ...(blocks === undefined ? [] : [`blocks above ${blocks}`]),
      ...(least === undefined ? [] : [`blocks below ${least}`]),
      ...(aim === undefined ? [] : [`aim ${aim}`]),
    ].join(', ');
    process.stdout.write(
      `${name.padEnd(42)} median ${show(spread.median)} (${show(spread.min)} to ${show(spread.max)})${bounds === '' ? '' : `  ${bounds}`}\n`,
    );
  }
  for (const { secrets, ms, engineMiB } of scale) {
    process.stdout.write(
      `${secrets} secrets: ${(ms / 1_000).toFixed(1)} s, ${(ms / secrets).toFixed(2)} ms each, engine ${engineMiB} MiB\n`,
    );
  }
}
for (const { name, spread, blocks = Infinity, least = -Infinity } of figures) {
  if (spread.median <= blocks && spread.median >= least) continue;
  const bound = spread.median > blocks ? `above ${blocks}` : `below ${least}`;
  say(`BLOCKED: ${name} is ${spread.median.toFixed(2)}, ${bound}`);
  process.exitCode = 1;
}
