import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { expect, onTestFinished, test } from 'vitest';
import type { Cleanups } from '../../demo/plane.ts';
import { tellStory } from '../../demo/story.ts';
import { createWorld, type World } from '../../demo/world.ts';
import { isPacketGenuine } from '../../shared/domain/packet/signature.ts';
import type { IncidentView } from '../../shared/driver/incident-view.ts';
import { type DeployedPlane, openDeployedPlane } from '../support/deployed-plane.ts';
import { localStack } from '../support/localstack.ts';

async function aWorld(secrets: number): Promise<World<DeployedPlane>> {
  const cleanups: Cleanups = [];
  onTestFinished(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  }, 60_000);
  return createWorld({
    secrets,
    deadline: '15m',
    say: (text) => process.stderr.write(`${new Date().toISOString()} ${text}\n`),
    cleanups,
    openPlane: openDeployedPlane,
  });
}

async function viewOf({ rekey }: World, incident: string): Promise<IncidentView> {
  const { stdout } = await rekey(['incident', 'show', incident, '--json'], { quiet: true });
  return JSON.parse(stdout) as IncidentView;
}

const layersOf = ({ layers }: IncidentView) =>
  Object.fromEntries(
    layers.map(({ layer, target, state }) => [target === undefined ? layer : `${layer} ${target}`, state]),
  );

test('[5.4] [7.2] a responder breaks the glass over 200 roles by the function URL: all proven dead, seen by thief and consumer', async () => {
  const world = await aWorld(Number(process.env['N'] ?? 200));
  const { plane } = world;
  const told = await tellStory(world, { cause: 'unknown' }, (text) =>
    process.stderr.write(`${new Date().toISOString()} ${text}\n`),
  );
  console.error(JSON.stringify(told.first, null, 1));
  expect(told.faults).toEqual([]);
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
}, 900_000);
