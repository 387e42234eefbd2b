import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Ended, rekey } from '../support/command-line.ts';
import { aDeployment, whatIsLogged } from '../support/deployment.ts';
import type { AccessKey } from '../support/gateway.ts';

const CANARY = 'canary-77b1c0de';
const REF = 'vault://prod/tools/search';
const OVER = '2026-01-01T00:00:00Z';

/** A person's machine: an AWS configuration, and a deployment that counts who got through to it. */
async function aMachine(config: string) {
  whatIsLogged();
  const reached: string[] = [];
  const { folder, env, gateway } = await aDeployment({
    invoke: (real) => (front, event) => {
      reached.push(front);
      return real(front, event);
    },
  });
  mkdirSync(join(folder, '.aws', 'sso', 'cache'), { recursive: true });
  writeFileSync(join(folder, '.aws', 'config'), config);
  const run = (words: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Ended> =>
    rekey(words, { folder, env: { ...env, ...more }, input: CANARY });
  return { folder, gateway, reached, run };
}

/** Answers by the path; gone with the test. */
async function aServer(
  answer: (url: string, respond: (status: number, text: string) => void) => void,
): Promise<string> {
  const server = createServer(({ url = '' }, response) =>
    answer(url, (status, text) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    }),
  );
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const codeOf = ({ stdout }: Ended) => (JSON.parse(stdout) as { error: { code: string } }).error.code;

const SSO = `[profile work]
sso_session = company
sso_account_id = 111122223333
sso_role_name = Responder
region = us-east-1
[sso-session company]
sso_start_url = https://sso.invalid/start
sso_region = us-east-1
`;

/** What refreshes a token of SSO: it refuses, as it does when the session is over. */
async function refusingRefresh() {
  const asked: string[] = [];
  const endpoint = await aServer((url, respond) => {
    asked.push(url);
    respond(400, JSON.stringify({ error: 'invalid_grant', error_description: 'Invalid refresh token' }));
  });
  return { asked, endpoint };
}

test.each([
  ['cannot be refreshed', {}, []],
  [
    'was refused its refreshing',
    {
      clientId: 'client',
      clientSecret: CANARY,
      refreshToken: CANARY,
      registrationExpiresAt: '2999-01-01T00:00:00Z',
    },
    ['/token'],
  ],
])(
  'an SSO session that is over and %s is said with its profile and how to renew it, and nothing is sent',
  async (_which, more, refreshed) => {
    const { folder, reached, run } = await aMachine(SSO);
    const { asked, endpoint } = await refusingRefresh();
    const name = `${createHash('sha1').update('company').digest('hex')}.json`;
    writeFileSync(
      join(folder, '.aws', 'sso', 'cache', name),
      JSON.stringify({ accessToken: CANARY, expiresAt: OVER, region: 'us-east-1', ...more }),
    );
    const ended = await run(['secret', 'put', REF, '--profile', 'work', '--json'], {
      AWS_ENDPOINT_URL: endpoint,
    });
    expect([ended.code, codeOf(ended), reached]).toEqual([1, 'session-expired', []]);
    expect(asked).toEqual(refreshed);
    expect(ended.stderr).toContain('the AWS profile work has expired');
    expect(ended.stderr).toContain('Nothing was sent.\n       Next: aws sso login --profile work');
    expect(ended.stdout + ended.stderr).not.toContain(CANARY);
  },
);

test('somebody who never signed in is told how', async () => {
  const { reached, run } = await aMachine(SSO);
  const ended = await run(['status', '--json'], { AWS_PROFILE: 'work' });
  expect([ended.code, codeOf(ended), reached]).toEqual([1, 'session-expired', []]);
  expect(ended.stderr).toContain('the AWS profile work has expired, or was never begun');
  expect(ended.stderr).toContain('Next: aws sso login --profile work');
});

const processThat = (prints: string) =>
  `[profile tool]\nregion = us-east-1\ncredential_process = ${prints}\n`;
const answered = (expiration: string) =>
  JSON.stringify({ Version: 1, AccessKeyId: 'AKIA', SecretAccessKey: CANARY, Expiration: expiration });

test.each([
  ['answers credentials that are over', `echo '${answered(OVER)}'`, 'session-expired'],
  [
    'says itself that they are expired',
    `sh -c 'echo "token ${CANARY} expired" >&2; exit 1'`,
    'session-expired',
  ],
  ['fails', `sh -c 'exit 1' ${CANARY}`, 'session-missing'],
  ['answers nonsense', `echo '{"SecretAccessKey":"${CANARY}"'`, 'session-missing'],
])(
  '[4.4] a credential_process that %s is named, and nothing of it is shown',
  async (_which, command, code) => {
    const { reached, run } = await aMachine(processThat(command));
    const ended = await run(['secret', 'put', REF, '--profile', 'tool', '--json']);
    expect([ended.code, codeOf(ended), reached]).toEqual([1, code, []]);
    expect(ended.stderr).toContain('the AWS profile tool ');
    expect(ended.stderr).toContain('credential_process');
    expect(ended.stdout + ended.stderr).not.toContain(CANARY);
  },
);

/** The metadata service of a machine that has a role of its own. */
async function machineRole({ accessKeyId, secretAccessKey }: AccessKey) {
  const asked: string[] = [];
  const role = {
    Code: 'Success',
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: 'token',
    Expiration: new Date(Date.now() + 3_600_000).toISOString(),
  };
  const endpoint = await aServer((url, respond) => {
    asked.push(url);
    if (url.endsWith('/token')) respond(200, 'token');
    else respond(200, url.endsWith('/') ? 'MachineRole' : JSON.stringify(role));
  });
  return {
    asked,
    env: { AWS_EC2_METADATA_DISABLED: 'false', AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint },
  };
}

test('[6.2] a profile that there is not is refused: no other identity that this machine has signs in its place', async () => {
  const { gateway, reached, run } = await aMachine(SSO);
  const { asked, env } = await machineRole(gateway.keys.everything);
  for (const [words, more] of [
    [['status', '--json', '--profile', 'wrok'], env],
    [['status', '--json'], { ...env, AWS_PROFILE: 'wrok' }],
  ] as const) {
    const ended = await run(words, more);
    expect([ended.code, codeOf(ended)]).toEqual([1, 'session-missing']);
    expect(ended.stderr).toContain('the AWS profile wrok gives no credentials: Could not resolve');
  }
  expect([asked, reached]).toEqual([[], []]);
  // Where no profile is named the machine's own role is the ordinary one.
  expect(await run(['status'], env)).toMatchObject({ code: 0, stderr: '' });
  expect(reached).toEqual(['Control']);
});

test.each([
  ['a direct fence', ['fence', '--direct', '--class', 'payments', '--yes']],
  ['a live look', ['doctor', '--live']],
])('[7.2] %s is nobody else’s either where its profile is mistyped', async (_what, words) => {
  const { gateway, run } = await aMachine(SSO);
  const { asked, env } = await machineRole(gateway.keys.everything);
  const ended = await run([...words, '--stage', 'test', '--region', 'us-east-1', '--profile', 'wrok'], env);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain('the AWS profile wrok gives no credentials: Could not resolve');
  expect(asked).toEqual([]);
});

test('no credentials at all: the shell’s session is said to be missing', async () => {
  const { reached, run } = await aMachine('');
  const ended = await run(['status', '--json']);
  expect([ended.code, codeOf(ended), reached]).toEqual([1, 'session-missing', []]);
  expect(ended.stderr).toContain('the AWS environment of this shell gives no credentials');
  expect(ended.stderr).toContain('Next: aws sso login · ');
});

test('the profile that is named stands before the keys of the shell, and nothing but the answer is printed', async () => {
  const { folder, gateway, reached, run } = await aMachine('');
  const { accessKeyId, secretAccessKey } = gateway.keys.responder;
  writeFileSync(
    join(folder, '.aws', 'credentials'),
    `[mine]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
  );
  const { agent } = gateway.keys;
  const shell = { AWS_ACCESS_KEY_ID: agent.accessKeyId, AWS_SECRET_ACCESS_KEY: agent.secretAccessKey };
  for (const ended of [
    await run(['status', '--profile', 'mine'], shell),
    await run(['status'], { ...shell, AWS_PROFILE: 'mine' }),
  ]) {
    expect(ended).toEqual({ code: 0, stdout: '', stderr: '' });
  }
  expect(reached).toEqual(['Control', 'Control']);
});

test.each([
  ['once', 3_600_000, 1],
  ['again where what it gave is about to end', 60_000, 2],
])('a credential_process is asked %s for a command of two calls', async (_which, leftMs, times) => {
  const { folder, gateway, reached, run } = await aMachine(
    processThat(`sh -c 'echo asked >> asked; cat credentials.json'`),
  );
  writeFileSync(
    join(folder, 'credentials.json'),
    JSON.stringify({
      Version: 1,
      AccessKeyId: gateway.keys.everything.accessKeyId,
      SecretAccessKey: gateway.keys.everything.secretAccessKey,
      Expiration: new Date(Date.now() + leftMs).toISOString(),
    }),
  );
  writeFileSync(
    join(folder, 'rekey.yaml'),
    'version: 1\npeople: {}\ntargets: {}\nclasses: {}\nconsumers: {}\nsecrets: []\n',
  );
  expect(await run(['apply', '--yes', '--profile', 'tool'])).toMatchObject({ code: 0 });
  expect(reached).toEqual(['Enrolment', 'Enrolment']);
  expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe('asked\n'.repeat(times));
});
