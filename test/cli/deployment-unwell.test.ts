import { writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { FRONT_KEYS } from '../../cli/deployment/name.ts';
import { post } from '../../cli/deployment/post.ts';
import { type Ended, rekey } from '../support/command-line.ts';
import { aDeployment, whatIsLogged } from '../support/deployment.ts';
import { unlistened } from '../support/unlistened.ts';

const CANARY = 'canary-9d02b7aa';
const [SEARCH, MAIL] = ['vault://prod/tools/search', 'vault://prod/tools/mail'] as const;
const ENROLMENT = `version: 1
people: {}
targets: {}
classes: { tools: { owner: tools-team, maxAge: 30d } }
consumers: {}
secrets:
  - { ref: "${SEARCH}", class: tools, tenant: acme }
  - { ref: "${MAIL}", class: tools, tenant: acme }
`;

interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
type Event = { readonly rawPath: string; readonly body: string };
/** What becomes of a call of a function instead of what should; `work`: what should. */
type BadDay = (work: (event?: object) => Promise<unknown>, event: Event) => Promise<unknown>;

const answers =
  (statusCode: number, body: string): BadDay =>
  async (): Promise<HttpAnswer> => ({ statusCode, headers: { 'content-type': 'application/json' }, body });

const THROTTLED = JSON.stringify({
  Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
  Type: 'User',
  message: 'Rate Exceeded.',
});

/** A deployment with two secrets enrolled, which falls ill at one function. */
async function aDeploymentThat(options: { readonly nowMs?: () => number } = {}) {
  const logged = whatIsLogged();
  let illness: { readonly of: string; readonly day: BadDay } | null = null;
  const called: string[] = [];
  const { folder, env, gateway, as } = await aDeployment({
    ...options,
    invoke: (real) => async (front, event) => {
      const { rawPath } = event as Event;
      called.push(rawPath.slice(1));
      const work = (other: object = event) => real(front, other);
      return rawPath === `/${illness?.of}` && illness !== null ? illness.day(work, event as Event) : work();
    },
  });
  const run = as(gateway.keys.everything);
  return {
    folder,
    env,
    gateway,
    as,
    called,
    logged,
    enrol: async () => {
      writeFileSync(join(folder, 'rekey.yaml'), ENROLMENT);
      expect((await run(['apply', '--yes'])).code).toBe(0);
      called.length = 0;
    },
    fallsIll: (of: string, day: BadDay): void => {
      illness = { of, day };
    },
    isWell: (): void => {
      illness = null;
    },
    run,
    /** First values of both, of which none may be seen anywhere. */
    importing: () =>
      run(
        ['import', '--json'],
        [SEARCH, MAIL].map((ref) => `${JSON.stringify({ ref, value: CANARY })}\n`).join(''),
      ),
    putting: (who = run) => who(['secret', 'put', SEARCH, '--json'], CANARY),
  };
}

/** How it ended, and that no value came along. */
function expectRefused(ended: Ended, code: string, logged: readonly string[]): string {
  expect(JSON.parse(ended.stdout)).toMatchObject({ error: { code } });
  expect(ended.stdout + ended.stderr + logged.join('')).not.toContain(CANARY);
  expect(ended.code).toBe(code === 'request-too-large' ? 2 : 1);
  return ended.stderr;
}

test('[4.4] an import whose answer is lost says that it does not know, and a look shows that it was done', async () => {
  const { enrol, fallsIll, isWell, importing, run, logged, called } = await aDeploymentThat();
  await enrol();
  fallsIll('PutValues', async (work) => {
    await work();
    throw new Error(CANARY);
  });
  const said = expectRefused(await importing(), 'answer-lost', logged);
  expect(said).toContain('rekey-test-Enrolment gave no answer to PutValues (502)');
  expect(said).toContain('Whether it was done is not known');
  expect(said).toContain('Next: rekey status · ');
  // Not tried again by itself: it may have been done.
  expect(called).toEqual(['CheckValues', 'PutValues']);
  isWell();
  const status = await run(['status']);
  expect(status.stdout).toMatch(/^class tools: 2 secrets, epoch 1;(?!.*without a value)/);
  const again = await importing();
  expect(JSON.parse(again.stdout)).toMatchObject({ imported: 0, alreadyThere: 2 });
});

test.each([502, 503, 504])('[4.4] a %d of Lambda is an outcome that nobody knows', async (status) => {
  const { fallsIll, putting, logged, called } = await aDeploymentThat();
  fallsIll('PutValues', answers(status, 'Internal Server Error'));
  const said = expectRefused(await putting(), 'answer-lost', logged);
  expect(said).toContain(`rekey-test-Enrolment gave no answer to PutValues (${status})`);
  expect(said).toContain('Next: rekey status · ');
  expect(called).toEqual(['PutValues']);
});

test('[4.4] what Lambda has no room for is tried again, a bounded number of times, then the quota is named', async () => {
  const { enrol, fallsIll, importing, putting, logged, called } = await aDeploymentThat();
  await enrol();
  let full = 2;
  fallsIll('PutValues', async (work, event) => {
    full -= 1;
    return full < 0 ? work() : answers(429, THROTTLED)(work, event);
  });
  expect((await importing()).code).toBe(0);
  expect(called).toEqual(['CheckValues', 'PutValues', 'PutValues', 'PutValues']);
  called.length = 0;
  fallsIll('PutValues', answers(429, THROTTLED));
  const said = expectRefused(await putting(), 'lambda-throttled', logged);
  expect(called).toEqual(Array.from({ length: 5 }, () => 'PutValues'));
  expect(said).toContain('lambda:InvokeFunctionUrl for rekey-test-Enrolment was throttled');
  expect(said).toContain('quota of concurrent executions of Lambda');
  expect(said).toContain('Nothing was done.\n       Next: the same command again');
});

test('[4.4] a function’s own refusal to go faster is its own answer, and is not tried again', async () => {
  const { fallsIll, putting, logged, called } = await aDeploymentThat();
  const error = { code: 'store-throttled', family: 'Throttled', message: 'slower', next: [] };
  fallsIll('PutValues', answers(429, JSON.stringify({ error })));
  expect(expectRefused(await putting(), 'store-throttled', logged)).toContain('slower');
  expect(called).toEqual(['PutValues']);
});

test('[4.4] a session that is refused in the middle is said with how to renew it', async () => {
  const { enrol, fallsIll, importing, run, logged } = await aDeploymentThat();
  await enrol();
  const message = 'The security token included in the request is expired';
  fallsIll('PutValues', answers(403, JSON.stringify({ message })));
  const said = expectRefused(await importing(), 'session-expired', logged);
  expect(said).toContain(
    'the AWS environment of this shell has expired or is not known to AWS: rekey-test-Enrolment',
  );
  expect(said).toContain('Nothing was done.\n       Next: aws sso login · aws sts get-caller-identity');
  expect((await run(['status'])).stdout).toContain('2 without a value');
});

test('[4.4] who may call no front that has the function is told all of them, and both permissions', async () => {
  const { as, gateway, putting, called, logged } = await aDeploymentThat();
  const agent = as(gateway.keys.agent);
  const said = expectRefused(await putting(agent), 'not-permitted', logged);
  expect(said).toContain(
    'lambda:InvokeFunctionUrl and lambda:InvokeFunction for rekey-test-Enrolment were refused to the AWS environment of this shell',
  );
  expect(said).toContain('Nothing was done.\n       Next: aws sts get-caller-identity');
  const looking = expectRefused(await agent(['status', '--json']), 'not-permitted', logged);
  expect(looking).toContain('for rekey-test-Control, or rekey-test-Approval, or rekey-test-Enrolment were');
  expect(called).toEqual([]);
});

test.each([
  ['behind', 1_200_000],
  ['ahead', -1_200_000],
])('[4.4] on a machine whose clock is %s both times are said', async (_which, offMs) => {
  const there = new Date(Date.now() + offMs).toISOString().slice(0, 15);
  const { putting, called, logged } = await aDeploymentThat({ nowMs: () => Date.parse(`${there}0:00Z`) });
  const said = expectRefused(await putting(), 'clock-skewed', logged);
  const [here = '', aws = ''] = [...said.matchAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g)].map(([time]) => time);
  expect(said).toContain(`it says ${here}, AWS says ${aws}`);
  expect(aws).toBe(`${there}0:00.000Z`);
  expect(Math.abs(Date.parse(here) - Date.parse(aws))).toBeGreaterThan(300_000);
  expect(called).toEqual([]);
});

test('[4.4] a secret key that is wrong is told apart from a session that is over', async () => {
  const { as, gateway, putting, called, logged } = await aDeploymentThat();
  const { accessKeyId } = gateway.keys.everything;
  const said = expectRefused(
    await putting(as({ accessKeyId, secretAccessKey: CANARY })),
    'signature-refused-by-aws',
    logged,
  );
  expect(said).toContain(
    'rekey-test-Enrolment did not take the signature of the AWS environment of this shell',
  );
  expect(called).toEqual([]);
});

test('[4.4] a command line and a deployment of different releases say so, whichever is older', async () => {
  const { enrol, fallsIll, importing, putting, logged } = await aDeploymentThat();
  await enrol();
  // As one that has never heard of the function, or no longer has it.
  fallsIll('PutValues', async (work, event) => work({ ...event, rawPath: '/PutValuesOfOld' }));
  const said = expectRefused(await importing(), 'function-unknown', logged);
  expect(said).toContain(
    'Enrolment has no function PutValuesOfOld: this command line and the deployment are of',
  );
  expect(said).toContain('Nothing was done.\n       Next: npm run deploy -- --stage STAGE');
  // As one that takes less than it is given.
  const withMore = (event: Event) => {
    const payload = JSON.parse(Buffer.from(event.body, 'base64').toString()) as object;
    return { ...event, body: JSON.stringify({ ...payload, ofTomorrow: 1 }), isBase64Encoded: false };
  };
  fallsIll('PutValues', async (work, event) => work(withMore(event)));
  const mistaken = await putting();
  expect(mistaken.code).toBe(2);
  expect(mistaken.stderr).toContain('PutValues has a malformed input');
  expect(mistaken.stderr).toContain('Next: the release of the command line that was deployed');
  expect(mistaken.stdout + mistaken.stderr + logged.join('')).not.toContain(CANARY);
});

test('[4.4] more than Lambda takes at once is refused whole, with the quota', async () => {
  const { enrol, run, called, logged } = await aDeploymentThat();
  await enrol();
  const line = JSON.stringify({ ref: SEARCH, value: CANARY.repeat(500_000) });
  const said = expectRefused(await run(['import', '--json'], `${line}\n`), 'request-too-large', logged);
  expect(said).toContain('PutValues takes at most 6 MB at once (quota of Lambda');
  expect(said).toContain('Nothing was done.\n       Next: the same command with less at once');
  expect(called).toEqual(['CheckValues']);
});

test('[4.4] what answers and is no function of Rekey is not repeated', async () => {
  const { fallsIll, putting, logged } = await aDeploymentThat();
  for (const [status, said] of [
    [200, '(200)'],
    [401, '(401)'],
    [400, '(400)'],
  ] as const) {
    // As a proxy shows what it was sent.
    fallsIll('PutValues', async (work, event) =>
      answers(status, `<html>${Buffer.from(event.body, 'base64').toString()}</html>`)(work, event),
    );
    expect(expectRefused(await putting(), 'url-foreign', logged)).toContain(
      `what answers at the URL of rekey-test-Enrolment is no function of Rekey ${said}`,
    );
  }
});

/** A command line whose context names one URL for everything. */
async function putAt(url: string): Promise<Ended> {
  const { folder, env } = await aDeploymentThat();
  const urls = Object.fromEntries(FRONT_KEYS.map((key) => [key, url]));
  const contexts = { test: { stage: 'test', region: 'us-east-1', urls } };
  writeFileSync(join(folder, 'contexts.yaml'), JSON.stringify({ contexts }));
  const session = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret' };
  return rekey(['secret', 'put', SEARCH, '--json'], { folder, input: CANARY, env: { ...env, ...session } });
}

async function listening(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

test('[4.4] where nobody listens nothing was sent, and nothing was done', async () => {
  const url = await unlistened();
  const said = expectRefused(await putAt(url), 'control-plane-unreachable', []);
  expect(said).toContain(`rekey-test-Enrolment cannot be reached at ${new URL(url).host} (ECONNREFUSED)`);
  expect(said).toContain('Nothing was done.\n       Next: the same command again');
  // A responder who finds it so at night is not left alone with it.
  expect(said).toContain('rekey fence --direct --stage test --class CLASS');
});

test.each([
  ['before the answer', (): void => undefined],
  ['in the middle of the answer', (write: (text: string) => void): void => write('{"v":1,"put":[')],
])('[4.4] a connection that breaks %s leaves the outcome unknown', async (_when, begin) => {
  const url = await listening((request, response) => {
    request.resume().once('end', () => {
      response.writeHead(200, { 'content-length': '400' });
      begin((text) => response.write(text));
      response.flushHeaders();
      setImmediate(() => request.socket.destroy());
    });
  });
  const said = expectRefused(await putAt(url), 'answer-lost', []);
  expect(said).toContain('rekey-test-Enrolment gave no answer to PutValues (ECONNRESET)');
  expect(said).toContain('Next: rekey status · ');
});

test('an answer that takes too long is none, and the request had left', async () => {
  const url = await listening((request) => void request.resume());
  await expect(post(new URL(url), {}, '{}', 50)).rejects.toMatchObject({ why: 'within 0.05 s', sent: true });
});
