import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { ConsumerReport } from '../../demo/consumer.ts';
import type { Cleanups } from '../../demo/plane.ts';
import { tellStory } from '../../demo/story.ts';
import { faultsOf, witnessed } from '../../demo/verdict.ts';
import { createWorld, type World } from '../../demo/world.ts';
import { FUNCTIONS } from '../../local/engine/functions.ts';
import { isPacketGenuine } from '../../shared/domain/packet/signature.ts';
import type { IncidentView } from '../../shared/driver/incident-view.ts';
import { seededRandom } from '../support/clock.ts';
import { rekey } from '../support/command-line.ts';
import { type DeployedPlane, openDeployedPlane } from '../support/deployed-plane.ts';
import { killAFunction } from '../support/kill-a-function.ts';
import { localStack } from '../support/localstack.ts';
import { writtenDown } from '../support/written-down.ts';

type DeployedWorld = World<DeployedPlane>;

async function undo(cleanups: Cleanups): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

const aWorld = (secrets: number, cleanups: Cleanups): Promise<DeployedWorld> =>
  createWorld({
    secrets,
    deadline: '15m',
    say: () => undefined,
    cleanups,
    openPlane: openDeployedPlane,
  });

async function viewOf(world: DeployedWorld, incident: string): Promise<IncidentView> {
  const { stdout } = await world.rekey(['incident', 'show', incident, '--json'], { quiet: true });
  return JSON.parse(stdout) as IncidentView;
}

const layersOf = ({ layers }: IncidentView) =>
  Object.fromEntries(
    layers.map(({ layer, target, state }) => [target === undefined ? layer : `${layer} ${target}`, state]),
  );

/** Where the seals of an incident stand in the chain. */
async function sealsOf({ plane }: DeployedWorld, incident: string): Promise<number[]> {
  const { audit } = plane.stack.services;
  const { seq } = await audit.chainPending();
  const seals: number[] = [];
  for (let after = 0; after < seq; after += 1_000) {
    for (const { seq: at, line } of await audit.lines(after, 1_000)) {
      const { action, operation } = JSON.parse(line) as { action: string; operation?: string };
      if (action === 'seal' && operation === incident) seals.push(at);
    }
  }
  return seals;
}

/** By what an auditor has: the bucket and the key, no function and no table. Null while nothing is vouched for. */
async function vouchedFor({ plane, folder }: DeployedWorld): Promise<{ signedSeq: number } | null> {
  const archive = `s3://${plane.stack.named('ArchiveBucket')}`;
  const { code, stdout } = await rekey(
    ['audit', 'verify', '--json', '--archive', archive, '--key', plane.stack.named('SigningKeyArn')],
    {
      folder,
      env: { ...plane.auditors, AWS_ENDPOINT_URL: localStack().endpoint, AWS_REGION: localStack().region },
    },
  );
  return code === 0 ? (JSON.parse(stdout) as { signedSeq: number }) : null;
}

test('[5.4] [7.2] a responder breaks the glass over 200 roles by a function URL: all proven dead, as thief and consumer see too', async () => {
  const cleanups: Cleanups = [];
  onTestFinished(() => undo(cleanups), 300_000);
  const world = await aWorld(200, cleanups);
  const { plane } = world;
  const told = await tellStory(world, { cause: 'unknown' }, () => undefined);

  expect(told.faults).toEqual([]);
  expect(told.first).toMatchObject({ secrets: 200, provenRevoked: 200, unproven: 0, parked: [] });
  const view = await viewOf(world, told.incident);
  expect(view.state).toBe('sealed');
  expect(layersOf(view)).toEqual({
    resolver: 'observed',
    // LocalStack refuses nobody, and Rekey finds out.
    key: 'not-enforceable',
    'target db1': 'observed',
    'target db2': 'observed',
    'target db3': 'observed',
    'target db4': 'observed',
  });

  const { PublicKey } = await new KMSClient(localStack()).send(
    new GetPublicKeyCommand({ KeyId: plane.stack.named('SigningKeyArn') }),
  );
  const pem = `-----BEGIN PUBLIC KEY-----\n${Buffer.from(PublicKey ?? []).toString('base64')}\n-----END PUBLIC KEY-----\n`;
  expect(isPacketGenuine(await plane.readPacket(told.first.packet), pem)).toBe(true);

  const [, seal] = await sealsOf(world, told.incident);
  // The archive is written, and vouched for, when a seal is told of.
  await expect
    .poll(async () => (await vouchedFor(world))?.signedSeq ?? 0, { timeout: 600_000, interval: 2_000 })
    .toBeGreaterThanOrEqual(seal ?? Number.POSITIVE_INFINITY);

  const values = world.accounts.map(({ password }) => password);
  let read = 0;
  for await (const text of writtenDown(plane.stack, 'BreakGlassArn')) {
    read += text.length;
    expect(values.filter((value) => text.includes(value))).toEqual([]);
  }
  expect(read).toBeGreaterThan(10_000);
}, 1_800_000);

/** Printed, so that a run that fails can be made again. */
const SEED = Number(process.env['REKEY_SEED'] ?? 20261125);
const KILLS = 3;

describe('a deployment of 40 roles', () => {
  const cleanups: Cleanups = [];
  let world: DeployedWorld;
  beforeAll(async () => {
    world = await aWorld(40, cleanups);
  }, 1_800_000);
  afterAll(() => undo(cleanups), 300_000);

  test('[5.4] functions are killed at random in mid-run; the next commands come to the same end', async () => {
    const random = seededRandom(SEED);
    const chance = () => (random.bytes(1)[0] ?? 0) / 256;
    const { plane, consumer, thief } = world;
    await consumer.ask({ do: 'round', without: [] });
    const scope = ['break-glass', '--class', 'payments', '--cause', 'values-leaked', '--cut', 'now'];
    const { planHash } = JSON.parse(
      (await world.rekey([...scope, '--plan', '--json'], { quiet: true })).stdout,
    ) as { planHash: string };
    await thief.ask({ do: 'attack' });
    const ended = new AbortController();
    const running = world
      .rekey([...scope, '--yes', '--plan-hash', planHash, '--json'], { quiet: true })
      .finally(() => ended.abort());
    const killed: string[] = [];
    while (!ended.signal.aborted && killed.length < KILLS) {
      await plane.stack.services.clock.sleep(500 + 2_000 * chance());
      const name = killAFunction(plane.stack.named('Prefix'), (name) => FUNCTIONS.has(name), chance());
      if (name !== null) killed.push(name);
    }
    process.stdout.write(`seed ${SEED}: killed ${killed.join(', ')}\n`);
    expect(killed).toHaveLength(KILLS);
    await running;

    const [incident = ''] = (
      JSON.parse((await world.rekey(['incident', 'list', '--json'], { quiet: true })).stdout) as {
        incident: string;
      }[]
    ).map((one) => one.incident);
    let view = await viewOf(world, incident);
    for (let resumes = 0; view.state !== 'sealed' && resumes < 3; resumes += 1) {
      await world.rekey(['resume', incident, '--json'], { quiet: true });
      view = await viewOf(world, incident);
    }
    expect(view).toMatchObject({ state: 'sealed', secrets: 40, provenRevoked: 40, unproven: 0 });
    const verdict = await witnessed(world, { cause: 'values-leaked', cut: 'now' }, view, undefined);
    expect(faultsOf(verdict, 0)).toEqual([]);
    const versions = await plane.stack.services.registry.versions({
      refs: world.accounts.map(({ ref }) => ref as `vault://${string}`),
    });
    expect(versions.filter(({ operation }) => operation === incident)).toHaveLength(40);
  }, 1_800_000);

  test('[7.1] a mistaken alarm is undone by two people: what was cut is on again, and nothing was re-issued', async () => {
    const { consumer, people } = world;
    const json = async (words: readonly string[]) =>
      JSON.parse((await world.rekey([...words, '--json'], { quiet: true })).stdout) as Record<
        string,
        unknown
      >;
    await json(['brake', '--class', 'payments', '--stop']);
    const scope = ['break-glass', '--class', 'payments', '--cause', 'unknown'];
    const { planHash } = await json([...scope, '--plan']);
    const watching = world.rekey([...scope, '--yes', '--plan-hash', String(planHash), '--json'], {
      quiet: true,
    });
    const alarm = async (): Promise<IncidentView | null> => {
      const listed = (await json(['incident', 'list'])) as unknown as { incident: string; cause: string }[];
      const found = listed.find(({ cause }) => cause === 'unknown');
      return found === undefined ? null : viewOf(world, found.incident);
    };
    await expect
      .poll(
        async () =>
          (await alarm())?.layers.filter(({ layer, state }) => layer === 'target' && state === 'observed'),
        {
          timeout: 600_000,
          interval: 2_000,
        },
      )
      .toHaveLength(4);
    const { incident = '' } = (await alarm()) ?? {};
    const signed: Record<string, unknown>[] = [];
    for (const { name, keyFile } of people)
      signed.push(await json(['restore', incident, '--person', name, '--key', keyFile]));
    expect(signed[1]).toMatchObject({ incident, failed: [] });
    expect(signed[1]?.['restored']).toHaveLength(40);
    await watching;
    expect(await viewOf(world, incident)).toMatchObject({ state: 'restored', provenRevoked: 0 });
    const { logins: before } = await consumer.ask<ConsumerReport>({ do: 'report' });
    await consumer.ask({ do: 'round', without: [] });
    const { logins } = await consumer.ask<ConsumerReport>({ do: 'report' });
    expect(new Set(logins.slice(before.length).map(({ seen }) => seen))).toEqual(new Set(['ready']));
  }, 1_800_000);
});
