import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  GetUserCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAwsIamAccessKey } from '../../../shared/rotators/aws-iam-access-key/rotator.ts';
import { FrozenClock } from '../../support/clock.ts';
import { minting } from '../../support/iam-target.ts';
import { vendor } from '../../support/vendor.ts';

const AT = new Date('2026-11-24T03:00:00.000Z');
const OLD = 'AKIAOLDOLDOLDOLDOLD1';
const NEW = 'AKIANEWNEWNEWNEWNEW1';
const value = (id: string) => JSON.stringify({ access_key_id: id, secret_access_key: 'not-a-secret' });

const iam = mockClient(IAMClient);
const sts = mockClient(STSClient);

beforeEach(() => {
  sts.on(GetCallerIdentityCommand).resolves({
    Account: '111122223333',
    Arn: 'arn:aws:iam::111122223333:user/rekey-admin',
    UserId: 'AIDAADMIN',
  });
});
afterEach(() => {
  iam.reset();
  sts.reset();
});

/** The commands that IAM was sent, with their input. */
const sent = () => iam.calls().map(({ args: [command] }) => [command.constructor.name, command.input]);

function open(connection: object) {
  return createAwsIamAccessKey(new FrozenClock()).open({
    target: {
      v: 1,
      id: 'aws',
      kind: 'aws-iam-access-key',
      connection: { ...connection },
      network: 'local',
      admins: [],
      maxConnections: 4,
    },
    admin: { user: 'rekey-admin', password: value('AKIAADMINADMINADMIN1') },
    writer: 'rekey/test/1',
    signal: AbortSignal.timeout(30_000),
  });
}

test('a rotation asks IAM for exactly this', async () => {
  const session = await open({ region: 'eu-central-1' });
  const account = { ref: 'vault://t/app', account: { user: 'app' }, handles: [OLD] };
  const listed = (id: string, Status: 'Active' | 'Inactive') => ({
    UserName: 'app',
    AccessKeyId: id,
    Status,
    CreateDate: AT,
  });
  iam.on(ListAccessKeysCommand).resolves({ AccessKeyMetadata: [listed(OLD, 'Active')] });
  iam.on(GetUserCommand).resolves({
    User: { Path: '/', UserName: 'app', UserId: 'AIDAAPP', Arn: 'arn', CreateDate: AT },
  });
  iam.on(CreateAccessKeyCommand).resolves({
    AccessKey: { ...listed(NEW, 'Active'), SecretAccessKey: 'not-a-secret' },
  });
  const made = await session.mint?.([minting(account, new FrozenClock())]);
  expect(made).toEqual([
    { ok: true, value: value(NEW), handle: NEW, identity: 'AIDAAPP', mark: AT.toISOString(), off: false },
  ]);
  const known = { ...account, identity: 'AIDAAPP', handles: [OLD, NEW] };
  const item = {
    ...known,
    value: value(NEW),
    handle: NEW,
    mark: AT.toISOString(),
    expectOff: false,
    old: [{ versionId: 'v1', value: value(OLD), handle: OLD }],
  };
  iam.on(ListAccessKeysCommand).resolves({
    AccessKeyMetadata: [listed(OLD, 'Active'), listed(NEW, 'Active')],
  });
  expect(await session.revoke([item])).toEqual([{ ok: true }]);
  iam.on(ListAccessKeysCommand).resolves({
    AccessKeyMetadata: [listed(OLD, 'Inactive'), listed(NEW, 'Active')],
  });
  iam.on(GetAccessKeyLastUsedCommand).resolves({
    UserName: 'app',
    AccessKeyLastUsed: { LastUsedDate: AT, ServiceName: 's3', Region: 'eu-west-1' },
  });
  sts.reset();
  sts
    .on(GetCallerIdentityCommand)
    .rejectsOnce(vendor('InvalidClientTokenId'))
    .resolves({ UserId: 'AIDAAPP' });
  expect(await session.prove([item])).toMatchObject([[{ outcome: { ok: true } }]]);
  expect(sent()).toEqual([
    ['ListAccessKeysCommand', { UserName: 'app' }],
    ['GetUserCommand', { UserName: 'app' }],
    ['CreateAccessKeyCommand', { UserName: 'app' }],
    ['ListAccessKeysCommand', { UserName: 'app' }],
    ['UpdateAccessKeyCommand', { UserName: 'app', AccessKeyId: OLD, Status: 'Inactive' }],
    ['ListAccessKeysCommand', { UserName: 'app' }],
    ['GetAccessKeyLastUsedCommand', { AccessKeyId: OLD }],
    ['DeleteAccessKeyCommand', { UserName: 'app', AccessKeyId: OLD }],
  ]);
});

test('a user is looked for by its id through all pages', async () => {
  const session = await open({ region: 'cn-north-1', partition: 'aws-cn' });
  iam.on(ListAccessKeysCommand).rejects(vendor('NoSuchEntityException'));
  const user = (name: string, id: string) => ({
    Path: '/',
    UserName: name,
    UserId: id,
    Arn: 'arn',
    CreateDate: AT,
  });
  iam
    .on(ListUsersCommand)
    .resolvesOnce({ Users: [user('other', 'AIDAOTHER')], IsTruncated: true, Marker: 'more' })
    .resolves({ Users: [user('renamed', 'AIDAAPP')] });
  const account = { ref: 'vault://t/app', account: { user: 'app' }, identity: 'AIDAAPP' };
  expect(await session.prove([{ ...account, value: '', mark: '', expectOff: false, old: [] }])).toEqual([[]]);
  expect(sent()).toEqual([
    ['ListAccessKeysCommand', { UserName: 'app' }],
    ['ListUsersCommand', { MaxItems: 1_000, Marker: undefined }],
    ['ListUsersCommand', { MaxItems: 1_000, Marker: 'more' }],
  ]);
});

test('a key that STS knows and a policy denies is one that gets in; any other answer says nothing', async () => {
  const session = await open({ region: 'eu-central-1' });
  const item = { ref: 'vault://t/app', account: { user: 'app' }, value: value(NEW), expectOff: false };
  sts.on(GetCallerIdentityCommand).rejects(vendor('AccessDenied'));
  expect(await session.verify([item])).toEqual([{ ok: true }]);
  sts.on(GetCallerIdentityCommand).rejects(vendor('RegionDisabledException'));
  expect(await session.verify([item])).toEqual([
    { ok: false, reason: 'busy', message: 'STS answered RegionDisabledException' },
  ]);
});

test('a region of another partition, and what is no region or no user, is refused', () => {
  const { connection, account } = createAwsIamAccessKey(new FrozenClock());
  const good = [
    { region: 'us-gov-west-1', partition: 'aws-us-gov' },
    { region: 'eusc-de-east-1', partition: 'aws-eusc' },
  ];
  for (const each of good) expect(connection.safeParse(each).success).toBe(true);
  const bad = [
    { region: 'cn-north-1' },
    { region: 'Frankfurt' },
    { region: 'eu-west-1', endpoint: 'file:///tmp' },
    {},
  ];
  for (const each of bad) expect(connection.safeParse(each).success).toBe(false);
  expect(account.safeParse({ user: '/path/app' }).success).toBe(false);
  expect(account.safeParse({ user: 'app', role: 'x' }).success).toBe(false);
});

test('what a person puts is a key of a user, and says how IAM calls it', () => {
  const rotator = createAwsIamAccessKey(new FrozenClock());
  const account = { user: 'app' };
  expect(rotator.takes?.(account, value(OLD))).toEqual({ handle: OLD });
  for (const wrong of ['x', '{}', value('ASIASESSIONSESSION12'), `${value(OLD).slice(0, -1)},"more":1}`])
    expect(rotator.takes?.(account, wrong)).toEqual({ refused: expect.stringContaining('is no access key') });
});

test('the rights that the documentation asks for are those that the calls take, and no others', () => {
  const text = (file: string) => readFileSync(join(import.meta.dirname, '../../..', file), 'utf8');
  const source = text('shared/rotators/aws-iam-access-key/user-keys.ts');
  const called = [...source.matchAll(/new (\w+)Command\(/g)].map(([, action]) => `iam:${action}`);
  const page = text('docs/kinds/aws-iam-access-key.md');
  const policies = [...page.matchAll(/```json\n(.*?)```/gs)].map(
    ([, json = '']) => JSON.parse(json) as Policy,
  );
  const asked = policies
    .flatMap(({ Statement }) => Statement)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action }) => Action);
  expect(asked.toSorted()).toEqual([...new Set(called)].sort());
});

interface Policy {
  readonly Statement: readonly { readonly Effect: string; readonly Action: string | readonly string[] }[];
}
