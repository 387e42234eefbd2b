import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  ListAccessKeysCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../local/system.ts';
import { printAccessKey, readAccessKey } from '../../shared/rotators/aws-iam-access-key/access-key.ts';
import { createAwsIamAccessKey } from '../../shared/rotators/aws-iam-access-key/rotator.ts';
import type { Account, TargetSession } from '../../shared/rotators/rotator.ts';
import { uniqueName } from '../contracts/records.ts';
import { describeMintingRotator } from '../contracts/rotator.ts';
import { minting } from '../support/iam-target.ts';
import { localStack } from '../support/localstack.ts';
import { refusingSts } from '../support/refusing-sts.ts';

const iam = new IAMClient(localStack());
let admin: string;
let injected: Awaited<ReturnType<typeof refusingSts>>;
const sessions: TargetSession[] = [];

beforeAll(async () => {
  admin = (await aUser()).value;
  injected = await refusingSts(localStack());
});
afterAll(async () => {
  for (const session of sessions) await session.close();
  await injected.close();
});

async function aUser(): Promise<{ readonly account: Account; readonly value: string }> {
  const user = uniqueName('app');
  await iam.send(new CreateUserCommand({ UserName: user }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: user }));
  const key = { id: AccessKey?.AccessKeyId ?? '', secret: AccessKey?.SecretAccessKey ?? '' };
  return {
    account: { ref: `vault://t/${user}`, account: { user }, handles: [key.id] },
    value: printAccessKey(key),
  };
}

const listed = async ({ account }: Account) => {
  const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName: account['user'] }));
  return Object.fromEntries(AccessKeyMetadata.map(({ AccessKeyId = '', Status }) => [AccessKeyId, Status]));
};

async function open(endpoint: string): Promise<TargetSession> {
  const session = await createAwsIamAccessKey(systemClock).open({
    target: {
      v: 1,
      id: 'aws',
      kind: 'aws-iam-access-key',
      connection: { region: 'us-east-1', endpoint },
      network: 'local',
      admins: [],
      maxConnections: 4,
    },
    admin: { user: 'rekey-admin', password: admin },
    writer: 'rekey/test/1',
    signal: AbortSignal.timeout(60_000),
  });
  sessions.push(session);
  return session;
}

async function aMinted(endpoint: string) {
  const session = await open(endpoint);
  const { account, value } = await aUser();
  const [minted] = (await session.mint?.([minting(account, systemClock)])) ?? [];
  if (minted?.ok !== true) throw new Error(minted?.message);
  const [handle = ''] = account.handles ?? [];
  const known = { ...account, identity: minted.identity, handles: [handle, minted.handle] };
  const { ok: _ok, off: _off, identity: _identity, ...issued } = minted;
  return {
    session,
    account: known,
    item: { ...known, ...issued, expectOff: false, old: [{ versionId: 'v1', value, handle }] },
    old: handle,
  };
}

describe('with the refusal of AWS [injected]', () => {
  test('a key is made, verified, the old one switched off, seen refused and deleted', async () => {
    const { session, item, old, account } = await aMinted(injected.endpoint);
    expect(await session.verify([item])).toEqual([{ ok: true }]);
    expect(await session.prove([item])).toMatchObject([[{ outcome: { ok: false, reason: 'old-accepted' } }]]);
    expect(await session.revoke([item])).toEqual([{ ok: true }]);
    expect(await listed(account)).toEqual({ [old]: 'Inactive', [item.handle]: 'Active' });
    expect(await session.prove([item])).toMatchObject([
      [
        {
          outcome: { ok: true, evidence: expect.stringContaining(`${old}: refused (InvalidClientTokenId)`) },
        },
      ],
    ]);
    expect(await listed(account)).toEqual({ [item.handle]: 'Active' });
    expect(await session.prove([item])).toMatchObject([[{ outcome: { ok: true } }]]);
  });

  test('cut and restored, under the name that the user has now', async () => {
    const { session, item, account } = await aMinted(injected.endpoint);
    const name = uniqueName('renamed');
    await iam.send(new UpdateUserCommand({ UserName: account.account['user'], NewUserName: name }));
    const { reports, sampleRefused } = await session.cut([account], { ref: account.ref, value: item.value });
    expect(reports).toEqual([{ ref: account.ref, outcome: { ok: true, wasOff: false, calledNow: name } }]);
    expect(sampleRefused).toBe(true);
    expect(await session.restore([account])).toEqual([{ ok: true }]);
    expect(readAccessKey(item.value)?.id).toBe(item.handle);
    expect(await listed({ ...account, account: { user: name } })).toEqual(
      Object.fromEntries((account.handles ?? []).map((id) => [id, 'Active'])),
    );
  });

  const means = { looks: true, switches: true, takesByHand: true, labels: false, most: 2 };
  describeMintingRotator('aws-iam-access-key on LocalStack', means, () => ({
    patienceMs: 0,
    account: aUser,
    missing: () => ({ ref: 'vault://t/none', account: { user: 'none' } }),
    session: () => open(injected.endpoint),
    accepts: (_account, value) => injected.letsIn(readAccessKey(value)?.id ?? ''),
    held: async (account) => Object.keys(await listed(account)),
    loseAnswer: () => injected.loseNextKey(),
    never: () => printAccessKey({ id: 'AKIANEVERNEVERNEVER1', secret: 'not-a-secret' }),
  }));
});

test('LocalStack itself goes on letting a key in that is off: nothing is called proven there, and nothing deleted', async () => {
  const { session, item, old, account } = await aMinted(localStack().endpoint);
  await session.revoke([item]);
  expect(await session.prove([item])).toMatchObject([
    [{ outcome: { ok: false, reason: 'busy', message: expect.stringContaining('STS lets it in still') } }],
  ]);
  expect(await listed(account)).toEqual({ [old]: 'Inactive', [item.handle]: 'Active' });
});
