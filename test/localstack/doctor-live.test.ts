import {
  CloudFormationClient,
  CreateStackCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient, paginateListAliases } from '@aws-sdk/client-kms';
import { expect, test } from 'vitest';
import { lookLive } from '../../cli/live/look-live.ts';
import { createReaderFence } from '../../shared/adapters/aws/iam/reader-fence.ts';
import { renderReaderFence } from '../../shared/adapters/aws/iam/reader-fence-policy.ts';
import { FrozenClock } from '../support/clock.ts';
import { LOCAL_ACCOUNT, localStack } from '../support/localstack.ts';

const PREFIX = 'rekey-live';
const PLACE = { partition: 'aws', account: LOCAL_ACCOUNT, region: 'us-east-1', prefix: PREFIX };

/** Ten minutes in fewer looks. */
class HastyClock extends FrozenClock {
  override sleep(ms: number): Promise<void> {
    return super.sleep(ms * 40);
  }
}

/** Of a deployment what the look asks for. */
const TEMPLATE = {
  Resources: {
    Archive: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        ObjectLockEnabled: true,
        ObjectLockConfiguration: {
          ObjectLockEnabled: 'Enabled',
          Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 1 } },
        },
      },
    },
    Notices: { Type: 'AWS::SNS::Topic' },
    Listener: { Type: 'AWS::SQS::Queue' },
    Listens: {
      Type: 'AWS::SNS::Subscription',
      Properties: {
        TopicArn: { Ref: 'Notices' },
        Protocol: 'sqs',
        Endpoint: { 'Fn::GetAtt': ['Listener', 'Arn'] },
      },
    },
    Failed: {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        Namespace: 'AWS/States',
        MetricName: 'ExecutionsFailed',
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 0,
        ComparisonOperator: 'GreaterThanThreshold',
        AlarmActions: [{ Ref: 'Notices' }],
      },
    },
    Reader: {
      Type: 'AWS::IAM::Role',
      Properties: {
        Path: `/${PREFIX}/readers/`,
        AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] },
      },
    },
    ReaderFence: {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: {
        ManagedPolicyName: `${PREFIX}-reader-fence-us-east-1`,
        PolicyDocument: JSON.parse(renderReaderFence(PLACE).replace('/*"', '/-/-"')) as object,
      },
    },
  },
  Outputs: {
    Region: { Value: { Ref: 'AWS::Region' } },
    ArchiveBucket: { Value: { Ref: 'Archive' } },
    NoticesTopicArn: { Value: { Ref: 'Notices' } },
    ReaderRoleArn: { Value: { 'Fn::GetAtt': ['Reader', 'Arn'] } },
  },
};

test('[5.4] rekey doctor --live says that LocalStack enforces no key, and what of the rest is in order', async () => {
  await expect(lookLive({ prefix: 'rekey-none', stage: 'none' }, new HastyClock())).rejects.toMatchObject({
    code: 'stack-missing',
  });
  const client = new CloudFormationClient(localStack());
  await client.send(new CreateStackCommand({ StackName: PREFIX, TemplateBody: JSON.stringify(TEMPLATE) }));
  await waitUntilStackCreateComplete({ client, maxWaitTime: 60, minDelay: 1 }, { StackName: PREFIX });
  const look = () => lookLive({ prefix: PREFIX, stage: 'live' }, new HastyClock());
  const found = async () => (await look()).map(({ what, ok }) => [what, ok]);
  expect(await found()).toEqual([
    ['caller', true],
    ['fence of readers', false],
    ['archive', true],
    ['alarms', true],
    ['who is woken', true],
    ['canary before', true],
    ['time to deny', false],
    ['canary after', true],
    ['key policy', true],
  ]);
  await createReaderFence(new IAMClient(localStack()), PLACE).prepare();
  const checks = await look();
  expect(checks.find(({ what }) => what === 'fence of readers')).toMatchObject({ ok: true });
  expect(checks.find(({ what }) => what === 'time to deny')?.detail).toContain(
    'NOT ENFORCED HERE: still allowed',
  );
  const own: string[] = [];
  // Other tests of the same account have more than a page of them.
  for await (const { Aliases = [] } of paginateListAliases({ client: new KMSClient(localStack()) }, {}))
    for (const { AliasName = '' } of Aliases)
      if (AliasName.startsWith(`alias/${PREFIX}/`)) own.push(AliasName);
  expect(own).toEqual([`alias/${PREFIX}/class/__canary/1`]);
});
