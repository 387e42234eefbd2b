import { expect, test } from 'vitest';
import { type Account, cloudFormationOf } from '../support/cloud-formation.ts';
import { type Ended, rekey } from '../support/command-line.ts';
import { aDeployment, whatIsLogged } from '../support/deployment.ts';
import { unlistened } from '../support/unlistened.ts';

const CANARY = 'canary-3ac1f7';
const PUT = ['secret', 'put', 'vault://prod/tools/search', '--stage', 'test', '--json'] as const;

/** A deployment that its stack alone leads to. `stacks`: made of the URLs that it has. */
async function aStage(account: (outputs: Readonly<Record<string, string>>) => Account) {
  whatIsLogged();
  const { folder, gateway } = await aDeployment();
  const { control, approval, enrolment } = gateway.urls;
  const outputs = { Stage: 'test', ControlUrl: control, ApprovalUrl: approval, EnrolmentUrl: enrolment };
  const { asked, endpoint } = await cloudFormationOf(account(outputs));
  const { accessKeyId, secretAccessKey } = gateway.keys.everything;
  const run = (
    words: readonly string[],
    more: Readonly<Record<string, string>> = {},
    input = CANARY,
  ): Promise<Ended> =>
    rekey(words, {
      folder,
      input,
      env: {
        AWS_ENDPOINT_URL: endpoint,
        AWS_REGION: gateway.region,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_EC2_METADATA_DISABLED: 'true',
        ...more,
      },
    });
  return { asked, outputs, run };
}

/** Its code, what it says, and that no value went along to whoever was asked or came back. */
function expectRefused(ended: Ended, code: string, asked: readonly string[]): void {
  expect(JSON.parse(ended.stdout)).toMatchObject({ error: { code } });
  expect([ended.code, ended.stdout + ended.stderr + asked.join('')]).toEqual([
    code === 'region-missing' ? 2 : 1,
    expect.not.stringContaining(CANARY),
  ]);
}

test('a stage leads to its stack, and the stack’s outputs to its fronts, asked once', async () => {
  const { asked, run } = await aStage((outputs) => ({ stacks: { 'rekey-test': outputs } }));
  expect(await run(['import', '--stage', 'test'], {}, '')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('imported 0 values'),
  });
  expect(asked).toEqual([expect.stringContaining('StackName=rekey-test')]);
});

test('a stage that there is not is said with its stack and region, and with all the stages that there are', async () => {
  const { asked, run } = await aStage((outputs) => ({
    stacks: {
      'rekey-prod': { ...outputs, Stage: 'prod' },
      'somebody-elses': { Stage: 'elses' },
      'rekey-eu': { ...outputs, Stage: 'eu' },
    },
  }));
  const ended = await run(PUT);
  expectRefused(ended, 'stage-unknown', asked);
  expect(ended.stderr).toContain(
    'there is no stack rekey-test in us-east-1 for the AWS environment of this shell; there is prod, eu\n',
  );
  expect(ended.stderr).toContain('Nothing was done.\n       Next: aws sts get-caller-identity · ');
});

test('in a wrong account there is no stage at all, and the next command shows whose session it is', async () => {
  const { asked, run } = await aStage(() => ({ stacks: { 'somebody-elses': {} } }));
  const ended = await run(PUT);
  expectRefused(ended, 'stage-unknown', asked);
  expect(ended.stderr).toContain('for the AWS environment of this shell, nor of any other stage\n');
  expect(ended.stderr).toContain('Next: aws sts get-caller-identity · npm run deploy -- --stage test');
});

test('who may not list stacks is told of no other, and not that there is none', async () => {
  const refuses = { code: 'AccessDenied', message: 'not authorized', listAlone: true };
  const { asked, run } = await aStage(() => ({ stacks: {}, refuses }));
  const ended = await run(PUT);
  expectRefused(ended, 'stage-unknown', asked);
  expect(ended.stderr).toContain(
    'there is no stack rekey-test in us-east-1 for the AWS environment of this shell\n',
  );
});

test('who may not describe the stack is told the permission, the stack and a way without it', async () => {
  const refuses = { code: 'AccessDenied', message: `User ${CANARY} is not authorized` };
  const { asked, run } = await aStage((outputs) => ({ stacks: { 'rekey-test': outputs }, refuses }));
  const ended = await run(PUT);
  expectRefused(ended, 'not-permitted', asked);
  expect(ended.stderr).toContain(
    'cloudformation:DescribeStacks for rekey-test in us-east-1 was refused to the AWS environment of this shell',
  );
  expect(ended.stderr).toContain('name the URLs in a context: docs/cli.md');
});

test.each(['ExpiredToken', 'InvalidClientTokenId'])(
  'a session that is over is said by AWS as %s',
  async (code) => {
    const refuses = { code, message: 'The security token included in the request is expired' };
    const { asked, run } = await aStage((outputs) => ({ stacks: { 'rekey-test': outputs }, refuses }));
    const ended = await run(PUT);
    expectRefused(ended, 'session-expired', asked);
    expect(ended.stderr).toContain(`the AWS environment of this shell has expired or is not known (${code})`);
    expect(ended.stderr).toContain('Next: aws sso login · ');
  },
);

test('a stack that is half deployed is said with the output that it lacks; the fronts that it has are there', async () => {
  const { asked, run } = await aStage(({ EnrolmentUrl: _lacking, ...outputs }) => ({
    stacks: { 'rekey-test': outputs },
  }));
  const ended = await run(PUT);
  expectRefused(ended, 'url-missing', asked);
  expect(ended.stderr).toContain('the stack rekey-test has no output EnrolmentUrl: it is half deployed');
  expect(ended.stderr).toContain('Next: npm run deploy -- --stage test');
  expect((await run(['status', '--stage', 'test'])).code).toBe(0);
});

test('where nothing names a region, that is said before anything is asked', async () => {
  const { asked, run } = await aStage((outputs) => ({ stacks: { 'rekey-test': outputs } }));
  const ended = await run(PUT, { AWS_REGION: '' });
  expectRefused(ended, 'region-missing', asked);
  expect(ended.stderr).toContain('Next: rekey … --region REGION');
  expect(asked).toEqual([]);
  expect((await run(['status', '--stage', 'test', '--region', 'us-east-1'], { AWS_REGION: '' })).code).toBe(
    0,
  );
});

test('CloudFormation out of reach is no stage that is missing', async () => {
  const { asked, run } = await aStage(() => ({ stacks: {} }));
  const ended = await run(PUT, { AWS_ENDPOINT_URL: await unlistened() });
  expectRefused(ended, 'stack-unseen', asked);
  expect(ended.stderr).toContain(
    'cloudformation:DescribeStacks for rekey-test in us-east-1 failed (ECONNREFUSED)',
  );
  expect(ended.stderr).toContain('Nothing was done.\n       Next: the same command again');
});
