import { copyFileSync, mkdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { type LocalPlane, openLocalPlane } from './local-plane.ts';
import { type DemoOptions, readOptions } from './options.ts';
import type { Cleanups } from './plane.ts';
import { endCommands } from './process.ts';
import { demonstrateReads } from './reads/main.ts';
import { demonstrateRotation } from './rotation/story.ts';
import { tellStory } from './story.ts';
import type { Verdict } from './verdict.ts';
import { createWorld, type World } from './world.ts';

const say = (text: string) => process.stderr.write(`${text}\n`);

const STORIES = new Map([
  ['rotation', demonstrateRotation],
  ['reads', demonstrateReads],
]);

const [story, ...words] = process.argv.slice(2);
const other = words.length === 0 ? STORIES.get(story ?? '') : undefined;
const options = readOptions(other === undefined ? process.argv.slice(2) : []);
const cleanups: Cleanups = [];

async function stopAll(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

/** What was under way when we were told to stop fails within this, its servers gone. */
const FAILS_WITHIN_MS = 5_000;

const running = other === undefined ? demonstrate(options) : other(say, cleanups);

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
  const world = await createWorld({
    secrets: demo.secrets,
    deadline,
    say,
    cleanups,
    openPlane: openLocalPlane,
  });
  const { incident, first, after, swept, faults } = await tellStory(world, demo, say);
  const packet = keepPacket(after.packet);
  const report = {
    ...first,
    packet,
    swept: swept && { provenRevoked: swept.provenRevoked, unproven: swept.unproven },
  };
  if (demo.json === true) process.stdout.write(`${JSON.stringify(report)}\n`);
  else for (const line of describe(report)) process.stdout.write(`${line}\n`);
  if (demo.keep === true) tellHowToPlay(world, incident);
  for (const fault of faults) say(`NOT AS IT SHOULD BE: ${fault}`);
  return faults.length === 0 ? 0 : 1;
}

/** Everything else that the demo made goes when it ends; the packet is to be read. */
function keepPacket(file: string): string {
  const folder = resolve('demo-packets');
  mkdirSync(folder, { recursive: true });
  for (const one of [file, file.replace(/json$/, 'html')]) copyFileSync(one, resolve(folder, basename(one)));
  return resolve(folder, basename(file));
}

function describe(result: Verdict & { readonly swept: { readonly provenRevoked: number } | null }): string[] {
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
    `Signed packet: ${result.packet}`,
  ];
}

function tellHowToPlay({ folder, plane: { home }, people }: World<LocalPlane>, incident: string): void {
  const keys = people.map(({ name, keyFile }) => `${name}: ${keyFile}`).join(', ');
  say(`
It is left running; Ctrl-C stops all of it. In another terminal, in this folder:
  export REKEY_HOME=${home}
  npx rekey --config ${folder}/rekey.yaml status
  npx rekey --config ${folder}/rekey.yaml break-glass --class payments --tenant acme --cause reader-compromised
  npx rekey --config ${folder}/rekey.yaml incident show ${incident}
People's keys: ${keys}`);
}
