import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { aFolder, type Ended, rekey } from '../support/command-line.ts';
import { aDeployment, IDENTITIES, whatIsLogged } from '../support/deployment.ts';

/** What a script is told. */
function refusalIn({ stdout }: Ended): Record<string, unknown> {
  return (JSON.parse(stdout) as { error: Record<string, unknown> }).error;
}

const NOBODY = { AWS_EC2_METADATA_DISABLED: 'true', AWS_REGION: 'us-east-1' };
const SOMEBODY = { ...NOBODY, AWS_ACCESS_KEY_ID: 'AKIA0', AWS_SECRET_ACCESS_KEY: 'not-a-real-key' };

describe('a session', () => {
  const SSO = `[profile prod]
sso_session = company
sso_account_id = 000000000000
sso_role_name = Responder
region = us-east-1
[sso-session company]
sso_region = us-east-1
sso_start_url = https://sso.example/start
`;
  function withProfile(): string {
    const folder = aFolder();
    mkdirSync(join(folder, '.aws', 'sso', 'cache'), { recursive: true });
    writeFileSync(join(folder, '.aws', 'config'), SSO);
    return folder;
  }
  const words = ['status', '--stage', 'prod', '--profile', 'prod', '--json'];

  test.each([
    ['never begun', undefined],
    ['over', { accessToken: 'planted-token', expiresAt: '2020-01-01T00:00:00Z' }],
  ])('of a profile that is %s says which, and how it is renewed', async (_which, token) => {
    const folder = withProfile();
    if (token !== undefined) {
      const name = createHash('sha1').update('company').digest('hex');
      writeFileSync(join(folder, '.aws', 'sso', 'cache', `${name}.json`), JSON.stringify(token));
    }
    const ended = await rekey(words, { folder, env: NOBODY });
    expect([ended.code, refusalIn(ended)]).toMatchObject([
      1,
      {
        code: 'session-expired',
        message: 'the session of the AWS profile prod has expired, or was never begun',
        safe: 'Nothing was sent.',
        next: ['aws sso login --profile prod', 'aws sts get-caller-identity --profile prod'],
      },
    ]);
    expect(`${ended.stdout}${ended.stderr}`).not.toContain('planted');
  });

  test('of a profile that is not there, and of none at all, says where nothing was found', async () => {
    const folder = withProfile();
    const missing = await rekey(['status', '--stage', 'prod', '--profile', 'prd', '--json'], {
      folder,
      env: NOBODY,
    });
    expect(refusalIn(missing)).toMatchObject({
      code: 'session-missing',
      message: expect.stringContaining('the AWS profile prd gives no credentials'),
    });
    const none = await rekey(['status', '--stage', 'prod', '--json'], { folder: aFolder(), env: NOBODY });
    expect(refusalIn(none)).toMatchObject({
      code: 'session-missing',
      message: expect.stringContaining('the AWS environment of this shell gives no credentials'),
      next: ['aws sso login', 'aws sts get-caller-identity'],
    });
  });

  test('that AWS says is over is said to be over', async () => {
    const { gateway, as } = await aDeployment();
    const ended = await as(gateway.keys.expired)(['status', '--json']);
    expect([ended.code, refusalIn(ended)]).toMatchObject([
      1,
      { code: 'session-expired', safe: 'Nothing was done.', next: ['aws sso login', expect.anything()] },
    ]);
  });
});

describe('a stage', () => {
  /** CloudFormation with these stacks, as its query API answers. */
  async function cloudFormation(stacks: readonly string[], mayList = true): Promise<string> {
    const error = (status: number, code: string, message: string) => ({
      status,
      body: `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
    });
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const asked = new URLSearchParams(Buffer.concat(chunks).toString()).get('StackName');
        const found = stacks.filter((name) => asked === null || asked === name);
        const members = found.map(
          (name) =>
            `<member><StackName>${name}</StackName><CreationTime>2026-11-24T03:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs><member><OutputKey>Stage</OutputKey><OutputValue>${name.replace('rekey-', '')}</OutputValue></member></Outputs></member>`,
        );
        const answer =
          asked !== null && found.length === 0 && mayList
            ? error(400, 'ValidationError', `Stack with id ${asked} does not exist`)
            : !mayList
              ? error(403, 'AccessDenied', 'not authorized to perform: cloudformation:DescribeStacks')
              : {
                  status: 200,
                  body: `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks>${members.join('')}</Stacks></DescribeStacksResult></DescribeStacksResponse>`,
                };
        response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(answer.body);
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const statusOf = async (stage: string, endpoint: string) =>
    rekey(['status', '--stage', stage, '--json'], {
      folder: aFolder(),
      env: { ...SOMEBODY, AWS_ENDPOINT_URL: endpoint },
    });

  test('that is not there names the stack, the region and the stages that are', async () => {
    const ended = await statusOf('prd', await cloudFormation(['rekey-prod', 'rekey-test', 'other']));
    expect([ended.code, refusalIn(ended)]).toMatchObject([
      1,
      {
        code: 'stage-unknown',
        message:
          'there is no stack rekey-prd in us-east-1 for the AWS environment of this shell; there is prod, test',
        next: ['aws sts get-caller-identity', 'npm run deploy -- --stage prd'],
      },
    ]);
  });

  test('of another account, or one that may not be seen, names the permission', async () => {
    const ended = await statusOf('prod', await cloudFormation([], false));
    expect(refusalIn(ended)).toMatchObject({
      code: 'not-permitted',
      message: expect.stringContaining(
        'cloudformation:DescribeStacks for rekey-prod in us-east-1 was refused',
      ),
    });
  });

  test('that is half deployed is deployed again', async () => {
    const ended = await statusOf('prod', await cloudFormation(['rekey-prod']));
    expect(refusalIn(ended)).toMatchObject({
      code: 'url-missing',
      message: expect.stringContaining('has no output ControlUrl'),
      next: ['npm run deploy -- --stage prod'],
    });
  });
});

describe('a request', () => {
  test.each([
    ['ahead', -600_000],
    ['behind', 600_000],
  ])('of a machine whose clock is ten minutes %s says both times', async (_which, offMs) => {
    const { gateway, as } = await aDeployment({ nowMs: () => Date.now() + offMs });
    const ended = await as(gateway.keys.everything)(['status', '--json']);
    expect(refusalIn(ended)).toMatchObject({ code: 'clock-skewed', safe: 'Nothing was done.' });
    const [here = NaN, there = NaN] = [...ended.stdout.matchAll(/says (\S+Z)/g)].map(([, time = '']) =>
      Date.parse(time),
    );
    expect(Math.round((there - here) / 60_000)).toBe(offMs / 60_000);
  });

  test('of a role that may not names both permissions and the function', async () => {
    const { gateway, as } = await aDeployment();
    const ended = await as(gateway.keys.agent)(['watch', '--json']);
    expect(refusalIn(ended)).toMatchObject({
      code: 'not-permitted',
      family: 'Denied',
      message: expect.stringMatching(
        /^lambda:InvokeFunctionUrl and lambda:InvokeFunction for rekey-test-Control, or rekey-test-Approval were refused/,
      ),
    });
  });

  test('that Lambda has no room for is sent again, a few times, and then names the quota', async () => {
    let rooms = 2;
    let asked = 0;
    const { gateway, as } = await aDeployment({
      invoke: (real) => async (front, event) => {
        asked += 1;
        if (rooms > 0) {
          rooms -= 1;
          const body = '{"Reason":"ConcurrentInvocationLimitExceeded","message":"Rate Exceeded."}';
          return { statusCode: 429, headers: {}, body };
        }
        return real(front, event);
      },
    });
    whatIsLogged();
    const run = as(gateway.keys.everything);
    expect((await run(['status', '--json'])).code).toBe(0);
    expect(asked).toBe(3);
    [rooms, asked] = [Infinity, 0];
    const ended = await run(['status', '--json']);
    expect(refusalIn(ended)).toMatchObject({
      code: 'lambda-throttled',
      family: 'Throttled',
      message: expect.stringContaining('quota of concurrent executions of Lambda'),
      safe: 'Nothing was done.',
    });
    expect(asked).toBe(5);
  });

  test('that got no answer is not sent again: look first', async () => {
    let asked = 0;
    const { gateway, as } = await aDeployment({
      invoke: () => async () => {
        asked += 1;
        throw new Error('Task timed out after 55.00 seconds');
      },
    });
    const ended = await as(gateway.keys.everything)(['resume', 'inc-1', '--json']);
    expect([asked, refusalIn(ended)]).toMatchObject([
      1,
      {
        code: 'answer-lost',
        family: 'OutcomeUnknown',
        message: expect.stringContaining('rekey-test-Control gave no answer to ResumeIncident (502)'),
        next: ['rekey status', 'rekey incident list'],
      },
    ]);
  });

  test('of another release than the deployment’s says so', async () => {
    whatIsLogged();
    const { gateway, as } = await aDeployment({
      invoke: (real) => (_front, event) => real('Auditor', event),
    });
    const ended = await as(gateway.keys.everything)(['status', '--json']);
    expect(refusalIn(ended)).toMatchObject({
      code: 'function-unknown',
      message: expect.stringContaining('Auditor has no function ShowStatus'),
    });
  });

  test('to where nobody listens was not sent', async () => {
    const { gateway, as } = await aDeployment();
    await gateway.close();
    const ended = await as(gateway.keys.everything)(['status', '--json']);
    expect(refusalIn(ended)).toMatchObject({
      code: 'control-plane-unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
      safe: 'Nothing was done.',
    });
  });
});

test('[F.1] each role calls what is its own, and an agent nothing', async () => {
  whatIsLogged();
  const { gateway, as, folder } = await aDeployment();
  writeFileSync(
    join(folder, 'rekey.yaml'),
    'version: 1\nclasses: { tools: { owner: tools-team, maxAge: 30d } }\nsecrets: [{ ref: "vault://a/b", class: tools, tenant: acme }]\n',
  );
  writeFileSync(join(folder, 'values'), '{"ref":"vault://a/b","value":"planted-1"}\n', { mode: 0o600 });
  const commands = {
    apply: ['apply', '--yes'],
    import: ['import', 'values'],
    status: ['status'],
    exec: ['exec', '--ref', 'A=vault://a/b', '--', 'true'],
    plan: ['break-glass', '--class', 'tools', '--cause', 'unknown', '--plan'],
    audit: ['audit', 'tail'],
    sign: ['reopen', 'inc-1', '--person', 'ada', '--key', 'none'],
  };
  const who = ['engineer', 'responder', 'approver', 'reader', 'auditor', 'agent'] as const;
  const mayCall: Record<string, string[]> = {};
  for (const name of who) {
    const run = as(gateway.keys[name]);
    const ended = await Promise.all(
      Object.entries(commands).map(
        async ([command, words]) => [command, await run([...words, '--json'])] as const,
      ),
    );
    mayCall[name] = ended.flatMap(([command, { stdout }]) =>
      stdout.includes('"code":"not-permitted"') ? [] : [command],
    );
  }
  expect(mayCall).toEqual({
    engineer: ['apply', 'import', 'status'],
    responder: ['status', 'plan'],
    approver: ['status', 'sign'],
    reader: ['exec'],
    auditor: ['audit'],
    agent: [],
  });
  expect(IDENTITIES.agent.may).toEqual([]);
});

describe('which deployment', () => {
  test('is said once, and what is mistaken in contexts.yaml is said with its place', async () => {
    const folder = aFolder();
    const contexts = join(folder, 'contexts.yaml');
    const told = async (words: readonly string[], text?: string) => {
      if (text !== undefined) writeFileSync(contexts, text);
      const ended = await rekey([...words, '--json'], {
        folder,
        env: { ...NOBODY, REKEY_CONTEXTS: contexts },
      });
      return [ended.code, refusalIn(ended)['code'], refusalIn(ended)['message']];
    };
    expect(await told(['status', '--context', 'prod'])).toEqual([
      2,
      'context-unknown',
      `there is no context prod: there is no ${contexts}`,
    ]);
    expect(await told(['status', '--context', 'prd'], 'contexts: { prod: { stage: prod } }')).toEqual([
      2,
      'context-unknown',
      `there is no context prd in ${contexts} (did you mean prod?)`,
    ]);
    const [code, name, message] = await told(
      ['status', '--context', 'prod'],
      'contexts: { prod: { stag: prod, urls: { control: nowhere } } }',
    );
    expect([code, name]).toEqual([2, 'contexts-mistakes']);
    expect(message).toContain('contexts.prod.stage');
    expect(message).toContain('contexts.prod.urls.control');
    expect((await told(['status', '--stage', 'a', '--context', 'b']))[1]).toBe('deployment-ambiguous');
    expect((await told(['status', '--profile', 'a']))[1]).toBe('deployment-ambiguous');
  });
});
