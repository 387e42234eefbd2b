import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { ConsumerReport } from './consumer.ts';
import { type DemoOptions, readOptions } from './options.ts';
import type { PostgresServer } from './postgres-servers.ts';
import { endCommands, runRekey } from './process.ts';
import type { ThiefReport } from './thief.ts';
import { countObservations, type WitnessCounts } from './witness-report.ts';
import { createWorld, type World } from './world.ts';

/** What `rekey … --json` says of an incident. */
interface Summary {
  readonly incident: string;
  readonly state: string;
  readonly secrets: number;
  readonly provenRevoked: number;
  readonly unproven: number;
  readonly containMs: number | null;
  readonly cutMs: number | null;
  readonly reissueMs: number | null;
  readonly proveMs: number | null;
  readonly reopenMs: number | null;
  readonly packet: string;
  readonly targets: readonly { readonly target: string; readonly total: number; readonly proven: number }[];
}

interface PacketFile {
  readonly payload: {
    readonly confirmedAtMs: number;
    readonly secrets: readonly {
      readonly ref: string;
      readonly target: string;
      readonly standing: string;
      readonly parked: string | null;
      readonly versions: readonly { readonly current: boolean; readonly provenAtMs: number | null }[];
    }[];
  };
}

const say = (text: string) => process.stderr.write(`${text}\n`);

const options = readOptions(process.argv.slice(2));
const cleanups: (() => void | Promise<void>)[] = [];
let world: World | undefined;

async function stopAll(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

/** What was under way when we were told to stop fails within this, its servers gone. */
const FAILS_WITHIN_MS = 5_000;

const running = demonstrate(options);

/** Twice: what was starting when we were told to stop is stopped too. */
async function stopEarly(): Promise<void> {
  say('stopping everything that was started');
  for (const wait of [
    Promise.race([running.catch(() => undefined), new Promise((end) => setTimeout(end, FAILS_WITHIN_MS))]),
    Promise.resolve(),
  ]) {
    endCommands();
    await stopAll();
    await wait;
  }
}

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stopping = true;
    stopEarly().then(
      () => process.exit(130),
      () => process.exit(1),
    );
  });
}

try {
  process.exitCode = await running;
} catch (error) {
  if (!stopping) say(`demo: ${error instanceof Error ? error.message : 'failed'}`);
  process.exitCode = 1;
}
if (!stopping && (options.keep !== true || process.exitCode === 1)) await stopAll();

async function demonstrate(demo: DemoOptions): Promise<number> {
  const deadline = demo.deadTarget === undefined ? '15m' : '15s';
  world = await createWorld(demo.secrets, deadline, say, cleanups);
  const { thief, consumer, home, folder } = world;
  await consumer.ask({ do: 'round', without: [] });
  const dead = demo.deadTarget === undefined ? undefined : world.servers.at(-1);
  if (dead !== undefined) await makeDead(dead, demo.deadTarget === 'hanging');

  const scope = [
    'break-glass',
    '--class',
    'payments',
    '--cause',
    demo.cause,
    '--since',
    '1h',
    ...(demo.cut === undefined ? [] : ['--cut', demo.cut]),
  ];
  const planned = await runRekey([...scope, '--plan', '--json'], { home, folder });
  const { planHash } = JSON.parse(planned.stdout) as { planHash: string };
  await thief.ask({ do: 'attack' });
  say(`$ rekey ${scope.join(' ')} --yes --plan-hash ${planHash.slice(0, 12)}…`);
  const first = await runRekey([...scope, '--yes', '--plan-hash', planHash, '--json'], { home, folder });
  const contained = summaryOf(first.stdout);
  const summary = contained.state === 'awaiting-reopen' ? await reopen(world, contained) : contained;
  const result = await witnessed(world, demo, summary, dead);

  let swept: { readonly provenRevoked: number; readonly unproven: number } | null = null;
  let after = result;
  if (dead !== undefined) {
    if (demo.deadTarget === 'hanging') dead.resume();
    else await dead.start();
    say(`${dead.id} is back\n$ rekey resume ${summary.incident}`);
    const resumed = summaryOf(
      (await runRekey(['resume', summary.incident, '--json'], { home, folder })).stdout,
    );
    after = await witnessed(world, demo, resumed, undefined);
    swept = { provenRevoked: resumed.provenRevoked, unproven: resumed.unproven };
  }
  const report = { ...result, swept };
  if (demo.json === true) process.stdout.write(`${JSON.stringify(report)}\n`);
  else for (const line of describe(report, after)) process.stdout.write(`${line}\n`);
  if (demo.keep === true) tellHowToPlay(world, summary.incident);
  const faults = faultsOf(result, dead === undefined ? 0 : (swept?.unproven ?? 1)).concat(faultsOf(after, 0));
  for (const fault of new Set(faults)) say(`NOT AS IT SHOULD BE: ${fault}`);
  return faults.length === 0 ? 0 : 1;
}

async function makeDead(server: PostgresServer, hanging: boolean): Promise<void> {
  say(`${server.id} ${hanging ? 'hangs: its processes are under SIGSTOP' : 'is stopped'}`);
  if (hanging) server.pause();
  else await server.stop();
}

function summaryOf(stdout: string): Summary {
  const summary = JSON.parse(stdout) as Summary & { error?: { message: string } };
  if (summary.error !== undefined) throw new Error(summary.error.message);
  return summary;
}

/** Two people of the demo sign what was done. */
async function reopen({ people, home, folder }: World, { incident }: Summary): Promise<Summary> {
  let last = '';
  for (const { name, keyFile } of people) {
    say(`$ rekey reopen ${incident} --person ${name} --key ${name}.key`);
    last = (
      await runRekey(['reopen', incident, '--person', name, '--key', keyFile, '--json'], { home, folder })
    ).stdout;
  }
  return summaryOf(last);
}

type Result = Pick<
  Summary,
  'secrets' | 'provenRevoked' | 'unproven' | 'containMs' | 'cutMs' | 'reissueMs' | 'proveMs' | 'packet'
> &
  WitnessCounts & { readonly parked: readonly string[]; readonly reachableUnproven: number };

/** Lets the witnesses try everything once more, then counts what they saw. */
async function witnessed(
  { thief, consumer }: World,
  demo: DemoOptions,
  summary: Summary,
  dead: PostgresServer | undefined,
): Promise<Result> {
  const { payload } = JSON.parse(readFileSync(summary.packet, 'utf8')) as PacketFile;
  const provenAtMs = new Map(
    payload.secrets.flatMap(({ ref, standing, versions }) =>
      standing === 'proven'
        ? [[ref, Math.max(...versions.map((version) => version.provenAtMs ?? 0))] as const]
        : [],
    ),
  );
  say('the witnesses try everything once more');
  await thief.ask({ do: 'try-all', refs: [...provenAtMs.keys()] });
  await consumer.ask({ do: 'round', without: dead === undefined ? [] : [dead.port] });
  const closed = demo.cause !== 'values-leaked' || demo.cut === 'now';
  const untilMs =
    payload.confirmedAtMs +
    Math.max(summary.reopenMs ?? 0, summary.proveMs ?? summary.reissueMs ?? Number.POSITIVE_INFINITY);
  const counts = countObservations({
    thief: await thief.ask<ThiefReport>({ do: 'report' }),
    consumer: await consumer.ask<ConsumerReport>({ do: 'report' }),
    provenAtMs,
    confirmedAtMs: payload.confirmedAtMs,
    closed: closed ? { fromMs: payload.confirmedAtMs, toMs: untilMs } : null,
  });
  const parked = payload.secrets.filter((secret) => secret.parked !== null);
  return {
    secrets: summary.secrets,
    provenRevoked: summary.provenRevoked,
    unproven: summary.unproven,
    ...counts,
    containMs: summary.containMs,
    cutMs: summary.cutMs,
    reissueMs: summary.reissueMs,
    proveMs: summary.proveMs,
    packet: keepPacket(summary.packet),
    parked: parked.map((secret) => secret.ref),
    reachableUnproven: payload.secrets.filter(
      (secret) => secret.standing !== 'proven' && secret.target !== dead?.id,
    ).length,
  };
}

/** Everything else that the demo made goes when it ends; the packet is to be read. */
function keepPacket(file: string): string {
  const folder = resolve('demo-packets');
  mkdirSync(folder, { recursive: true });
  for (const one of [file, file.replace(/json$/, 'html')]) copyFileSync(one, resolve(folder, basename(one)));
  return resolve(folder, basename(file));
}

function faultsOf(result: Result, unswept: number): string[] {
  const faults: string[] = [];
  const expect = (fine: boolean, fault: string) => {
    if (!fine) faults.push(fault);
  };
  expect(
    result.stolenLoginsAfterProof === 0,
    `${result.stolenLoginsAfterProof} stolen credentials still work`,
  );
  expect(result.stolenSessionsAlive === 0, `${result.stolenSessionsAlive} stolen sessions are alive`);
  expect(
    result.reachableUnproven === 0,
    `${result.reachableUnproven} proofs are missing that a reachable target could give`,
  );
  expect(unswept === 0, `${unswept} were not swept`);
  expect(
    result.consumerFailuresOutsideFence === 0,
    `the consumer was locked out ${result.consumerFailuresOutsideFence} times`,
  );
  expect(
    result.notTriedAfterProof.length === 0,
    `${result.notTriedAfterProof.length} stolen credentials were not tried after their proof`,
  );
  expect(
    result.withoutLoginBefore.length === 0,
    `${result.withoutLoginBefore.length} secrets had no consumer login before`,
  );
  expect(
    result.withoutLoginAfter.length === 0,
    `${result.withoutLoginAfter.length} secrets had no consumer login after`,
  );
  return faults;
}

function describe(
  result: Result & { readonly swept: { readonly provenRevoked: number } | null },
  after: Result,
): string[] {
  const took = (ms: number | null) => (ms === null ? 'none' : `${(ms / 1_000).toFixed(2)} s`);
  return [
    '',
    `${result.provenRevoked} of ${result.secrets} revoked-proven${result.unproven > 0 ? `, ${result.unproven} parked at the dead target` : ''}`,
    `  contained ${took(result.containMs)} · cut ${took(result.cutMs)} · re-issued ${took(result.reissueMs)} · proven ${took(result.proveMs)}`,
    'What the witnesses saw, who share nothing with Rekey but a database driver:',
    `  thief      ${result.thiefAttemptsAfterProof} stolen logins tried after their proof: ${result.stolenLoginsAfterProof} got in`,
    `             ${result.stolenSessionProbesAfterProof} stolen sessions probed: ${result.stolenSessionsAlive} alive; ${result.thiefTakeovers} passwords he had made his own`,
    `  consumer   ${result.consumerLogins} logins, every secret before and after: ${result.consumerFailuresOutsideFence} locked out, ${result.consumerFailuresByThief} by the thief${result.consumerRefusedInside > 0 ? `, ${result.consumerRefusedInside} refused inside the fence or the cut` : ''}`,
    ...(result.swept === null
      ? []
      : [`Swept once it was back: ${result.swept.provenRevoked} of ${result.secrets} revoked-proven`]),
    `Signed packet: ${after.packet}`,
  ];
}

function tellHowToPlay({ folder, home, people }: World, incident: string): void {
  const keys = people.map(({ name, keyFile }) => `${name}: ${keyFile}`).join(', ');
  say(`
It is left running; Ctrl-C stops all of it. In another terminal, in this folder:
  export REKEY_HOME=${home}
  npx rekey --config ${folder}/rekey.yaml status
  npx rekey --config ${folder}/rekey.yaml break-glass --class payments --tenant acme --cause reader-compromised
  npx rekey --config ${folder}/rekey.yaml incident show ${incident}
People's keys: ${keys}`);
}
