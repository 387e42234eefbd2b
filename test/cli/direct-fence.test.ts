import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import {
  GetPolicyVersionCommand,
  IAMClient,
  ListPolicyVersionsCommand,
  SetDefaultPolicyVersionCommand,
} from '@aws-sdk/client-iam';
import { DescribeKeyCommand, DisableKeyCommand, KMSClient, ListAliasesCommand } from '@aws-sdk/client-kms';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type FenceOptions, fence } from '../../cli/commands/fence.ts';
import type { Context } from '../../cli/context.ts';
import { renderReaderFence } from '../../shared/adapters/aws/iam/reader-fence-policy.ts';
import { DirectFence } from '../../shared/domain/direct-fence.ts';
import type { Account } from '../../shared/rotators/rotator.ts';
import { aFolder, REKEY } from '../support/command-line.ts';
import { withPostgres } from '../support/postgres.ts';
import { vendor } from '../support/vendor.ts';

const RESPONDER = 'arn:aws:sts::111122223333:assumed-role/rekey-prod-ResponderRole-1/ada';
const PLACE = { partition: 'aws', account: '111122223333', region: 'eu-central-1', prefix: 'rekey-prod' };
const FENCES = renderReaderFence(PLACE);
const ASKED: FenceOptions = {
  direct: true,
  class: 'payments',
  yes: true,
};
const UNREACHABLE = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', $metadata: {} });

const postgres = withPostgres();
const kms = mockClient(KMSClient);
const iam = mockClient(IAMClient);
const sts = mockClient(STSClient);
/** What KMS holds: the state of each key. */
let keys: Map<string, string>;
let standing: string;

beforeEach(() => {
  keys = new Map([
    ['key-1', 'Enabled'],
    ['key-2', 'Enabled'],
    ['other', 'Enabled'],
  ]);
  standing = 'v1';
  for (const mock of [kms, iam, sts]) mock.reset();
  kms.on(ListAliasesCommand).callsFake(() => ({
    Aliases: [
      { AliasName: 'alias/rekey-prod/class/payments/1', TargetKeyId: 'key-1' },
      { AliasName: 'alias/rekey-prod/class/payments/2', TargetKeyId: 'key-2' },
      { AliasName: 'alias/rekey-prod/class/payments__2/1', TargetKeyId: 'other' },
      { AliasName: 'alias/rekey-staging/class/payments/1', TargetKeyId: 'other' },
    ],
  }));
  kms.on(DescribeKeyCommand).callsFake(({ KeyId }: { KeyId: string }) => ({
    KeyMetadata: { KeyId, Arn: KeyId, KeyState: keys.get(KeyId) },
  }));
  kms.on(DisableKeyCommand).callsFake(({ KeyId }: { KeyId: string }) => {
    keys.set(KeyId, 'Disabled');
    return {};
  });
  sts.on(GetCallerIdentityCommand).resolves({ Account: PLACE.account, Arn: RESPONDER });
  iam.on(ListPolicyVersionsCommand).callsFake(() => ({
    Versions: ['v1', 'v2'].map((VersionId) => ({ VersionId, IsDefaultVersion: VersionId === standing })),
  }));
  iam.on(GetPolicyVersionCommand).callsFake(({ VersionId }: { VersionId: string }) => ({
    PolicyVersion: {
      Document: encodeURIComponent(VersionId === 'v2' ? FENCES : FENCES.replace('/*"', '/-/-"')),
    },
  }));
  iam.on(SetDefaultPolicyVersionCommand).callsFake(({ VersionId }: { VersionId: string }) => {
    standing = VersionId;
    return {};
  });
});

/** A responder at his machine. What he sees is in `said`. */
function responder(answer: string | null = null) {
  const folder = aFolder();
  const said: string[] = [];
  const context: Context = {
    json: false,
    configFile: join(folder, 'rekey.yaml'),
    home: join(folder, '.rekey'),
    deployment: { stage: 'prod', service: 'rekey', region: 'eu-central-1', urls: {} },
    user: 'ada',
    print: (text) => said.push(text),
    say: (text) => said.push(text),
    show: (text) => said.push(text),
    ask: async () => answer,
    readInput: async () => '',
  };
  const records = () =>
    readdirSync(join(context.home, 'direct')).map((name) => {
      const file = join(context.home, 'direct', name);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      return DirectFence.parse(JSON.parse(readFileSync(file, 'utf8')));
    });
  return { folder, context, said: () => said.join('\n'), records };
}

describe('a direct fence', () => {
  test('[7.2] switches off each key of the class and no other, sees it off, and is written down for the audit', async () => {
    const ada = responder();
    expect(await fence(ada.context, ASKED)).toBe(0);
    expect([...keys]).toEqual([
      ['key-1', 'Disabled'],
      ['key-2', 'Disabled'],
      ['other', 'Enabled'],
    ]);
    expect(standing).toBe('v1');
    expect(ada.said()).toContain(
      `Direct fence on class payments of rekey-prod in eu-central-1, as ${RESPONDER}`,
    );
    expect(ada.said()).toContain('epoch 2, key-2: Enabled, SWITCHED OFF');
    expect(ada.said()).toMatch(/key key-2: observed at \S+: epoch 2: KMS says Disabled/);
    expect(ada.said()).toContain('whether a reader is refused: ASKED, not observed');
    expect(ada.records()).toMatchObject([
      {
        prefix: 'rekey-prod',
        className: 'payments',
        epoch: 2,
        principal: RESPONDER,
        user: 'ada',
        layers: [
          { layer: 'key', name: 'key-2', state: 'observed' },
          { layer: 'key', name: 'key-1', state: 'observed' },
        ],
        cuts: [],
      },
    ]);
  });

  test('[7.2] closes all readers by the version that was rendered before, and says how that is lifted', async () => {
    const ada = responder();
    expect(await fence(ada.context, { ...ASKED, allReaders: true })).toBe(0);
    expect(standing).toBe('v2');
    expect(ada.said()).toContain('ALL READERS OF THE STAGE ARE REFUSED, of every class');
    expect(ada.said()).toContain(
      '--policy-arn arn:aws:iam::111122223333:policy/rekey-prod-reader-fence-eu-central-1 --version-id v1',
    );
    expect(ada.records()[0]?.layers.at(-1)).toMatchObject({ layer: 'readers', state: 'observed' });
  });

  test('again it does nothing, and says so', async () => {
    const ada = responder();
    await fence(ada.context, { ...ASKED, allReaders: true });
    expect(await fence(ada.context, { ...ASKED, allReaders: true })).toBe(0);
    expect(ada.said()).toContain('nothing to do: all of it is closed already');
    expect(kms.commandCalls(DisableKeyCommand)).toHaveLength(2);
    expect(iam.commandCalls(SetDefaultPolicyVersionCommand)).toHaveLength(1);
    expect(ada.records()).toHaveLength(1);
  });

  test('[F.4] one whose plan nobody confirmed closes nothing and leaves no record', async () => {
    for (const answer of ['payment', null]) {
      const ada = responder(answer);
      await expect(fence(ada.context, { ...ASKED, yes: false })).rejects.toMatchObject({
        code: 'not-confirmed',
      });
      expect(() => ada.records()).toThrow('ENOENT');
    }
    expect(kms.commandCalls(DisableKeyCommand)).toHaveLength(0);
    expect(await fence(responder('payments').context, { ...ASKED, yes: false })).toBe(0);
  });

  test('a class that has no key is a slip of the keyboard: nothing is closed', async () => {
    const ada = responder();
    await expect(fence(ada.context, { ...ASKED, class: 'paymnets', allReaders: true })).rejects.toMatchObject(
      { code: 'class-has-no-key', family: 'Validation' },
    );
    expect(standing).toBe('v1');
    await expect(fence(ada.context, { ...ASKED, direct: false })).rejects.toMatchObject({
      code: 'fence-how',
    });
    await expect(fence({ ...ada.context, deployment: null }, ASKED)).rejects.toMatchObject({
      code: 'stage-missing',
    });
  });

  test('[injected] KMS does not answer: readers are closed all the same, the keys are NOT REACHED, and the exit code says so', async () => {
    kms.on(ListAliasesCommand).rejects(UNREACHABLE);
    const ada = responder();
    expect(await fence(ada.context, { ...ASKED, allReaders: true })).toBe(1);
    expect(standing).toBe('v2');
    expect(ada.said()).toContain('keys        NOT SEEN');
    expect(ada.said()).toMatch(/key : NOT REACHED at .*kms:ListAliases/);
    expect(ada.records()[0]).toMatchObject({ epoch: null });
  });

  test('[injected] one key is refused, one answer is lost: each key is told apart', async () => {
    kms
      .on(DisableKeyCommand, { KeyId: 'key-2' })
      .rejects(vendor('AccessDeniedException', 'not authorized'))
      .on(DisableKeyCommand, { KeyId: 'key-1' })
      .rejects(UNREACHABLE);
    const ada = responder();
    expect(await fence(ada.context, ASKED)).toBe(1);
    expect(ada.records()[0]?.layers.map(({ name, state }) => [name, state])).toEqual([
      ['key-2', 'not-reached'],
      ['key-1', 'asked'],
    ]);
  });

  test('[injected] STS does not answer: the keys are switched off, by whom is left open', async () => {
    sts.on(GetCallerIdentityCommand).rejects(UNREACHABLE);
    const ada = responder();
    expect(await fence(ada.context, { ...ASKED, allReaders: true })).toBe(1);
    expect(keys.get('key-2')).toBe('Disabled');
    expect(ada.records()[0]).toMatchObject({
      principal: null,
      layers: [{ state: 'observed' }, { state: 'observed' }, { layer: 'readers', state: 'not-reached' }],
    });
  });

  test('a disk that takes no record keeps nobody from closing: what was done is shown, and it is not said to be in order', async () => {
    const ada = responder();
    mkdirSync(ada.context.home);
    writeFileSync(join(ada.context.home, 'direct'), 'a file where the folder should be');
    expect(await fence(ada.context, ASKED)).toBe(1);
    expect(keys.get('key-2')).toBe('Disabled');
    expect(ada.said()).toContain('NOT WRITTEN DOWN here');
  });
});

const ADMIN = 'vault://admin/db1';

/** rekey.yaml over the real server, and over one where nobody listens. */
function enrol(folder: string, accounts: readonly Account[]): void {
  const { host, port, adminUser } = postgres.server();
  const target = (at: string, password: string) =>
    `{ kind: postgres, connection: { host: ${host}, port: ${at}, tls: disable }, admins: [{ user: ${adminUser}, password: "${password}" }] }`;
  writeFileSync(
    join(folder, 'rekey.yaml'),
    [
      'version: 1',
      'targets:',
      `  db1: ${target(String(port), ADMIN)}`,
      `  dead: ${target('1', 'vault://admin/dead')}`,
      'classes:',
      '  payments: { owner: payments-team, maxAge: 30d }',
      '  admins: { owner: platform-team, maxAge: 30d }',
      'secrets:',
      `  - { ref: "${ADMIN}", class: admins, tenant: platform }`,
      '  - { ref: "vault://admin/dead", class: admins, tenant: platform }',
      '  - { ref: "vault://t/card-api", class: payments, tenant: acme }',
      '  - { ref: "vault://t/dead", class: payments, tenant: acme, target: dead, account: { role: app } }',
      ...accounts.map(
        ({ ref, account }) =>
          `  - { ref: "${ref}", class: payments, tenant: acme, target: db1, account: { role: ${account['role']} } }`,
      ),
    ].join('\n'),
  );
}

function adminsFile(folder: string, password: string): string {
  const file = join(folder, 'admins');
  const lines = [ADMIN, 'vault://admin/dead'].map((ref) => JSON.stringify({ ref, value: password }));
  writeFileSync(file, lines.join('\n'), { mode: 0o600 });
  return file;
}

describe('the cut from the responder’s machine', () => {
  test('[5.4] [7.2] ends logins and sessions at the target that answers, names the one that does not, and knows who was off before', async () => {
    const ada = responder();
    const [one, two] = [await postgres.account(), await postgres.account()];
    enrol(ada.folder, [one.account, two.account]);
    await postgres.admin((client) => client.query(`ALTER ROLE ${two.account.account['role']} NOLOGIN`));
    const session = await postgres.stayIn(one.account, one.password);
    const admins = adminsFile(ada.folder, postgres.server().adminPassword);

    expect(await fence(ada.context, { ...ASKED, cut: true, admins })).toBe(1);
    expect(await session()).toBe(false);
    expect(await postgres.logsIn(one.account, one.password)).toBe(false);
    expect(ada.said()).toContain('logins      2 at db1 REFUSED, their sessions ended');
    expect(ada.said()).toContain('BY HAND     1 that no target here accepts');
    expect(ada.said()).toMatch(
      /target db1: observed at \S+: 2 of 2 accounts off by the target’s word, their sessions ended and seen gone; 1 of them were off before/,
    );
    expect(ada.said()).toMatch(/target dead: NOT REACHED/);
    const [record] = ada.records();
    expect(record?.cuts).toEqual([{ target: 'db1', holder: expect.any(String), wereOn: [one.account.ref] }]);
    expect(JSON.stringify(record)).not.toContain(postgres.server().adminPassword);
    expect(ada.said()).not.toContain(postgres.server().adminPassword);
  });

  test('a second one, before the first was told, still knows who was on', async () => {
    const ada = responder();
    const one = await postgres.account();
    enrol(ada.folder, [one.account]);
    const admins = adminsFile(ada.folder, postgres.server().adminPassword);
    await fence(ada.context, { ...ASKED, cut: true, admins });
    await fence(ada.context, { ...ASKED, cut: true, admins });
    expect(ada.records().map(({ cuts }) => cuts[0]?.wereOn)).toEqual([[one.account.ref], [one.account.ref]]);
  });

  test('a role that is not there, and an admin that is refused, are not called cut', async () => {
    const ada = responder();
    const one = await postgres.account();
    enrol(ada.folder, [one.account, { ref: 'vault://t/gone', account: { role: 'nobody_here' } }]);
    const admins = adminsFile(ada.folder, postgres.server().adminPassword);
    expect(await fence(ada.context, { ...ASKED, cut: true, admins })).toBe(1);
    expect(ada.said()).toMatch(
      /target db1: NOT REACHED at \S+: 1 of 2 accounts off .*; 1 not: 1 × account-missing/,
    );
    await fence(ada.context, { ...ASKED, cut: true, admins: adminsFile(ada.folder, 'wrong') });
    expect(
      ada
        .records()
        .at(-1)
        ?.layers.find(({ name }) => name === 'db1'),
    ).toMatchObject({ state: 'not-reached' });
  });

  test('[1.5] a file of passwords that others can read, or that is malformed, is said before anything is closed', async () => {
    const ada = responder();
    const one = await postgres.account();
    enrol(ada.folder, [one.account]);
    const file = join(ada.folder, 'admins');
    writeFileSync(file, 'planted-1', { mode: 0o600 });
    const malformed = fence(ada.context, { ...ASKED, cut: true, admins: file });
    await expect(malformed).rejects.toMatchObject({
      code: 'admins-mistakes',
      message: expect.not.stringContaining('planted'),
    });
    writeFileSync(join(ada.folder, 'open'), '', { mode: 0o644 });
    await expect(
      fence(ada.context, { ...ASKED, cut: true, admins: join(ada.folder, 'open') }),
    ).rejects.toMatchObject({
      family: 'Denied',
      safe: 'It was not read.',
    });
    expect(kms.commandCalls(DisableKeyCommand)).toHaveLength(0);
    expect(await postgres.logsIn(one.account, one.password)).toBe(true);
  });
});

test('[1.5] [7.2] all of AWS is out of reach: at a terminal the admin’s password is asked, not echoed, and the target is cut', async () => {
  const folder = aFolder();
  const one = await postgres.account();
  enrol(folder, [one.account]);
  const { adminPassword } = postgres.server();
  const words = [
    'fence',
    '--direct',
    '--stage',
    'prod',
    '--region',
    'eu-central-1',
    '--class',
    'payments',
    '--cut',
  ];
  const terminal = spawn('script', ['-qec', [process.execPath, REKEY, ...words].join(' '), '/dev/null'], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
  });
  onTestFinished(() => void terminal.kill());
  let shown = '';
  const answers: [RegExp, string][] = [
    [/Type the class’s name to close it: $/, 'payments\r'],
    [/password of \S+ at db1 \(\S+\): $/, `${adminPassword}\r`],
    [/password of \S+ at dead \(\S+\): $/, '\r'],
  ];
  const code = await new Promise((resolve) => {
    terminal.stdout.on('data', (chunk: Buffer) => {
      shown = stripVTControlCharacters(shown + chunk.toString('utf8'));
      const [next] = answers;
      if (next?.[0].test(shown) !== true) return;
      answers.shift();
      terminal.stdin.write(next[1]);
    });
    terminal.once('close', resolve);
  });
  expect(answers).toEqual([]);
  expect(shown).not.toContain(adminPassword);
  expect(shown).toMatch(/key : NOT REACHED/);
  expect(shown).toMatch(/target db1: observed/);
  expect(shown).toMatch(/target dead: NOT REACHED .*no password of an admin was given/);
  expect(code).toBe(1);
  expect(await postgres.logsIn(one.account, one.password)).toBe(false);
});
