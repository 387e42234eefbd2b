import { request } from 'node:http';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, IAMClient, ListAttachedRolePoliciesCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cleanups } from '../../demo/plane.ts';
import { DECOY, detectionOf, type Seen, tellReads } from '../../demo/reads/story.ts';
import { createWorld, type World } from '../../demo/world.ts';
import { secretName } from '../../shared/adapters/aws/secrets-manager/secret-name.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { type DeployedPlane, IDENTITIES, openDeployedPlane } from '../support/deployed-plane.ts';
import { localStack } from '../support/localstack.ts';

const ACCOUNT = '000000000000';
/** Whom the gateway lets in as a reader. */
const STOLEN = 'ReaderRole';
/** So many that reading all of them is more than anybody needs. */
const SECRETS = 16;
/** Entries that a call takes. */
const AT_ONCE = 10;

describe('[1.4] [7.1] [7.2] a day of reads, told by events of CloudTrail’s shape on the default bus', () => {
  const cleanups: Cleanups = [];
  let world: World<DeployedPlane>;
  let seen: Seen;

  beforeAll(async () => {
    world = await createWorld({
      secrets: SECRETS,
      deadline: '15m',
      say: () => undefined,
      cleanups,
      openPlane: openDeployedPlane,
      more: {
        detection: detectionOf(ACCOUNT),
        secrets: [{ ref: DECOY, class: 'platform', tenant: 'platform', decoy: true }],
      },
    });
    const iam = new IAMClient(localStack());
    await iam.send(
      new CreateRoleCommand({ RoleName: STOLEN, AssumeRolePolicyDocument: '{"Version":"2012-10-17"}' }),
    );
    const nameOf = (ref: string) => secretName(world.plane.stack.named('Prefix'), ref as SecretRef);
    seen = await tellReads(
      world,
      {
        cast: {
          account: ACCOUNT,
          region: 'us-east-1',
          secrets: world.accounts.map(({ ref }) => nameOf(ref)),
          decoy: nameOf(DECOY),
          stolen: STOLEN,
        },
        tell: tellTheBus,
        reads: (ref) => readsBy(join(world.folder, 'resolver.sock'), ref),
      },
      () => undefined,
    );
  }, 1_800_000);
  afterAll(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  test('the cases are there, the thief’s rights read nothing any more, and the class is proven dead', () => {
    expect(seen.faults).toEqual([]);
    expect(seen.incident).toMatchObject({ provenRevoked: SECRETS, state: 'sealed' });
    expect(seen.handedOut).toBe(0);
  });

  test('[7.2] the role carries the policy that refuses it, seen by IAM’s own word', async () => {
    const iam = new IAMClient(localStack());
    const { AttachedPolicies = [] } = await iam.send(
      new ListAttachedRolePoliciesCommand({ RoleName: STOLEN }),
    );
    expect(AttachedPolicies.map(({ PolicyName }) => PolicyName)).toEqual([
      `${world.plane.stack.named('Prefix')}-quarantine-us-east-1`,
    ]);
    const { stdout } = await world.rekey(['quarantine', 'list', '--json'], { quiet: true });
    expect(JSON.parse(stdout)).toMatchObject([
      {
        principal: `arn:aws:iam::${ACCOUNT}:role/${STOLEN}`,
        by: IDENTITIES.operator.arn,
        layers: [
          { layer: 'resolver', state: 'observed' },
          { layer: 'policy', state: 'observed' },
        ],
      },
    ]);
  });

  test('[1.4] every read that was told is in the audit, once', async () => {
    const { audit } = world.plane.stack.services;
    const entries = await audit.find({ action: ['read'] });
    const told = entries.filter(({ read }) => read?.from === 'cloudtrail').map(({ id }) => id);
    expect(new Set(told).size).toBe(told.length);
    expect(told).toHaveLength(seen.records);
  });
});

async function tellTheBus(records: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  const events = new EventBridgeClient(localStack());
  for (let from = 0; from < records.length; from += AT_ONCE) {
    const { FailedEntryCount } = await events.send(
      new PutEventsCommand({
        Entries: records.slice(from, from + AT_ONCE).map((record) => ({
          Source: 'aws.secretsmanager',
          DetailType: 'AWS API Call via CloudTrail',
          Detail: JSON.stringify(record),
        })),
      }),
    );
    if (FailedEntryCount !== 0) throw new Error(`${FailedEntryCount} events were not taken`);
  }
}

function readsBy(socketPath: string, ref: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method: 'POST' }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode === 200));
    });
    call.once('error', reject);
    call.end(JSON.stringify({ ref }));
  });
}
