import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import { makeSshKey } from '../../local/ssh/make-key.ts';
import { openLocalPlane } from '../local-plane.ts';
import type { Cleanups } from '../plane.ts';
import { type Ran, type RunOptions, runRekey } from '../process.ts';
import { type Account, type Servers, startServers } from './accounts.ts';
import { type Seen, startConsumer } from './consumer.ts';
import { startServe } from './serve.ts';

const PACE_MS = 500;
/** The schedule rotates each secret about this often. */
const EVERY = '20s';
const WITHIN_MS = 180_000;

type Rekey = (words: readonly string[], options?: RunOptions) => Promise<Ran>;

/**
 * A class of accounts at PostgreSQL, Redis and MariaDB rotates by itself under a consumer's constant load; one rotation is
 * asked for and approved by somebody else, one is declined. Answers the exit code.
 */
export async function demonstrateRotation(say: (text: string) => void, cleanups: Cleanups): Promise<number> {
  say('starting PostgreSQL, Redis and MariaDB');
  const servers = await startServers(cleanups);
  const folder = mkdtempSync(join(tmpdir(), 'rekey-demo-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  const graceKey = join(folder, 'grace.key');
  writeFileSync(join(folder, 'rekey.yaml'), configOf(servers, makeSshKey(graceKey, 'grace')));
  const plane = await openLocalPlane(folder, cleanups);
  const rekey: Rekey = (words, options = {}) =>
    runRekey(words, { folder, environment: plane.environment, ...options });
  say(`enrolling ${servers.accounts.length} secrets as class apps: each rotates about every ${EVERY}`);
  await must(rekey(['apply', '--yes', '--json'], { quiet: true }));
  await must(rekey(['import', '--json'], { input: firstValues(servers), quiet: true }));
  const socketPath = join(folder, 'resolver.sock');
  await plane.serveReads(socketPath);
  const consumer = startConsumer(servers.accounts, socketPath);
  cleanups.push(() => consumer.stop());
  say('$ rekey serve');
  startServe(plane.home, cleanups);

  const soon = Date.now() + WITHIN_MS;
  while ([...consumer.seen.values()].some(({ changed }) => changed < servers.accounts.length / 3)) {
    if (Date.now() > soon) throw new Error('the schedule has not rotated everything in time');
    await delay(PACE_MS);
  }
  say('every secret has rotated by itself; now on request');
  await must(rekey(['freeze', '--class', 'apps', '--reason', 'to show requests alone'], { quiet: true }));
  const declined = await requested(rekey, ['--target', 'redis'], 'because it is Friday', say);
  const no = await decided(rekey, ['deny', declined, '--key', graceKey, '--reason', 'not on a Friday'], say);
  const wanted = await requested(rekey, ['--target', 'postgres'], 'an engineer has left', say);
  const own = await rekey(
    ['approve', wanted, '--yes', '--plan-hash', await hashOf(rekey, wanted), '--json'],
    {
      quiet: true,
    },
  );
  const yes = await decided(rekey, ['approve', wanted, '--key', graceKey], say);
  const asked = await ended(rekey, wanted);
  await consumer.stop();

  const faults = faultsOf({ seen: consumer.seen, no, yes, ownCode: own.code, asked });
  for (const line of linesOf(consumer.seen, { declined, no, wanted, asked }))
    process.stdout.write(`${line}\n`);
  for (const fault of faults) say(`NOT AS IT SHOULD BE: ${fault}`);
  return faults.length === 0 ? 0 : 1;
}

function configOf({ accounts, targets }: Servers, graceKey: string): string {
  const classOf = {
    rotation: { every: EVERY, grace: '2s', confirm: { within: '1s' }, inFlight: { class: '100%' } },
  };
  return stringify({
    version: 1,
    people: { ada: { user: userInfo().username }, grace: { sshKeys: [graceKey] } },
    targets: Object.fromEntries(
      Object.entries(targets).map(([id, { kind, connection, admin }]) => [
        id,
        { kind, connection, admins: [{ user: admin.user, password: `vault://admin/${id}` }] },
      ]),
    ),
    classes: {
      apps: { owner: 'apps-team', maxAge: '10m', ...classOf },
      platform: { owner: 'platform-team', maxAge: '90d' },
    },
    secrets: [
      ...Object.keys(targets).map((id) => ({
        ref: `vault://admin/${id}`,
        class: 'platform',
        tenant: 'platform',
      })),
      ...accounts.map(({ ref, target, account }) => ({
        ref,
        class: 'apps',
        tenant: 'acme',
        target,
        account,
      })),
    ],
  });
}

function firstValues({ accounts, targets }: Servers): string {
  return [
    ...Object.entries(targets).map(([id, { admin }]) => ({
      ref: `vault://admin/${id}`,
      value: admin.password,
    })),
    ...accounts.map(({ ref, value }: Account) => ({ ref, value })),
  ]
    .map((line) => JSON.stringify(line))
    .join('\n');
}

async function must(running: Promise<Ran>): Promise<string> {
  const { code, stdout } = await running;
  if (code !== 0 && code !== 4) throw new Error(`the demo's own command failed (${code}): ${stdout.trim()}`);
  return stdout;
}

/** Asked for by whoever runs the demo; answers the request's id. */
async function requested(
  rekey: Rekey,
  scope: readonly string[],
  reason: string,
  say: (text: string) => void,
): Promise<string> {
  const words = ['rotate', '--class', 'apps', ...scope, '--reason', reason];
  const { planHash } = JSON.parse(await must(rekey([...words, '--plan', '--json'], { quiet: true }))) as {
    planHash: string;
  };
  say(`$ rekey ${words.join(' ')} --yes --plan-hash ${planHash.slice(0, 12)}…`);
  const asked = await must(rekey([...words, '--yes', '--plan-hash', planHash, '--json'], { quiet: true }));
  return (JSON.parse(asked) as { request: string }).request;
}

async function hashOf(rekey: Rekey, id: string): Promise<string> {
  return (await shown(rekey, id)).planHash;
}

async function shown(
  rekey: Rekey,
  id: string,
): Promise<{ state: string; planHash: string; report: Report | null }> {
  const { stdout } = await rekey(['request', 'show', id, '--json'], { quiet: true });
  const answer = JSON.parse(stdout) as { view?: object };
  return (answer.view ?? answer) as Awaited<ReturnType<typeof shown>>;
}

interface Report {
  readonly settled: number;
  readonly left: number;
  readonly parked: number;
}

/** By grace's key; answers the request's state after it. */
async function decided(rekey: Rekey, words: readonly string[], say: (text: string) => void): Promise<string> {
  const [, id = ''] = words;
  const planHash = await hashOf(rekey, id);
  say(`$ rekey ${words.slice(0, 2).join(' ')} --key grace.key --yes --plan-hash ${planHash.slice(0, 12)}…`);
  await rekey([...words, '--yes', '--plan-hash', planHash, '--json'], { quiet: true });
  return (await shown(rekey, id)).state;
}

async function ended(rekey: Rekey, id: string): Promise<Report | null> {
  const soon = Date.now() + WITHIN_MS;
  for (;;) {
    const { state, report } = await shown(rekey, id);
    if (state === 'done') return report;
    if (Date.now() > soon) throw new Error(`${id} is ${state} still`);
    await delay(PACE_MS);
  }
}

function faultsOf(told: {
  readonly seen: ReadonlyMap<string, Seen>;
  readonly no: string;
  readonly yes: string;
  readonly ownCode: number;
  readonly asked: Report | null;
}): string[] {
  const { seen, no, yes, ownCode, asked } = told;
  return [
    ...[...seen].flatMap(([target, { failed, first }]) =>
      failed === 0 ? [] : [`${failed} logins at ${target} failed: ${first}`],
    ),
    ...(no === 'declined' ? [] : [`what grace denied is ${no}`]),
    ...(['approved', 'running', 'done'].includes(yes) ? [] : [`what grace approved is ${yes}`]),
    ...(ownCode === 0 ? ['whoever asked could approve his own request'] : []),
    ...(asked !== null && asked.left + asked.parked === 0
      ? []
      : ['what was approved did not come to its end']),
  ];
}

function linesOf(
  seen: ReadonlyMap<string, Seen>,
  { declined, no, wanted, asked }: { declined: string; no: string; wanted: string; asked: Report | null },
): string[] {
  return [
    '',
    'What the consumer saw, which logs in without a second try:',
    ...[...seen].map(
      ([target, { logins, failed, changed }]) =>
        `  ${target.padEnd(10)} ${String(logins).padStart(5)} logins: ${failed} failed, while ${changed} values changed under it`,
    ),
    'On request:',
    `  ${declined}  ${no} by grace: not on a Friday`,
    `  ${wanted}  approved by grace, not by whoever asked: ${asked?.settled ?? 0} rotated, each old credential proven dead`,
  ];
}
