import { ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { GetObjectLockConfigurationCommand } from '@aws-sdk/client-s3';
import { ListSubscriptionsByTopicCommand } from '@aws-sdk/client-sns';
import { createReaderFence } from '../../shared/adapters/aws/iam/reader-fence.ts';
import type { ReaderFencePlace } from '../../shared/adapters/aws/iam/reader-fence-policy.ts';
import { translate } from '../../shared/adapters/aws/vendor-error.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { HealthCheck } from '../../shared/domain/health-check.ts';
import type { LiveClients } from './live-clients.ts';

type Look = Omit<HealthCheck, 'what'>;

/** What an incident on AWS relies on beside the key, each by the service's own word. Changes nothing. */
export async function lookAtAccount(
  clients: LiveClients,
  place: ReaderFencePlace,
  output: (name: string) => string,
): Promise<HealthCheck[]> {
  return Promise.all([
    checkOf('fence of readers', 'iam:GetPolicyVersion', () => readerFence(clients, place)),
    checkOf('archive', 's3:GetBucketObjectLockConfiguration', () =>
      archive(clients, output('ArchiveBucket')),
    ),
    checkOf('alarms', 'cloudwatch:DescribeAlarms', () => alarms(clients, place.prefix)),
    checkOf('who is woken', 'sns:ListSubscriptionsByTopic', () => woken(clients, output('NoticesTopicArn'))),
  ]);
}

/** One that cannot be looked at is not in order; the others are looked at all the same. */
async function checkOf(what: string, permission: string, look: () => Promise<Look>): Promise<HealthCheck> {
  try {
    return { what, ...(await look()) };
  } catch (error) {
    const known = translate(error, { permission, about: what, safe: 'Nothing was changed.' });
    if (!(known instanceof RekeyError)) throw error;
    return { what, ok: false, detail: known.message, next: `have ${permission} allowed for whoever looks` };
  }
}

async function readerFence({ iam }: LiveClients, place: ReaderFencePlace): Promise<Look> {
  const state = await createReaderFence(iam, place).look();
  if (state?.closingVersion === undefined) {
    return {
      ok: false,
      detail:
        'the version that fences all readers is not rendered: rekey fence --direct --all-readers could not close them',
      next: `npm run deploy -- --stage ${place.prefix.replace(/^rekey-/, '')}`,
    };
  }
  if (state.closed)
    return { ok: false, detail: 'all readers are fenced now', next: 'docs/runbooks/direct-fence.md' };
  return { ok: true, detail: `stands open, ${state.closingVersion} is ready to fence` };
}

async function archive({ s3 }: LiveClients, bucket: string): Promise<Look> {
  const { ObjectLockConfiguration: lock } = await s3.send(
    new GetObjectLockConfigurationCommand({ Bucket: bucket }),
  );
  const { Mode = 'no mode', Days = 0 } = lock?.Rule?.DefaultRetention ?? {};
  const ok = lock?.ObjectLockEnabled === 'Enabled' && Mode === 'COMPLIANCE' && Days > 0;
  return { ok, detail: `${bucket}: object lock in ${Mode}, ${Days} days` };
}

async function alarms({ cloudFormation, cloudWatch }: LiveClients, stack: string): Promise<Look> {
  const wanted: string[] = [];
  let page: string | undefined;
  do {
    const answer = await cloudFormation.send(
      new ListStackResourcesCommand({ StackName: stack, ...(page === undefined ? {} : { NextToken: page }) }),
    );
    for (const { ResourceType, PhysicalResourceId } of answer.StackResourceSummaries ?? [])
      if (ResourceType === 'AWS::CloudWatch::Alarm' && PhysicalResourceId !== undefined)
        wanted.push(PhysicalResourceId);
    page = answer.NextToken;
  } while (page !== undefined);
  const { MetricAlarms = [] } = await cloudWatch.send(
    new DescribeAlarmsCommand({ AlarmNames: wanted, MaxRecords: 100 }),
  );
  const speaking = new Set(
    MetricAlarms.filter(({ ActionsEnabled }) => ActionsEnabled === true).map(({ AlarmName }) => AlarmName),
  );
  const silent = wanted.filter((name) => !speaking.has(name));
  if (wanted.length > 0 && silent.length === 0)
    return { ok: true, detail: `${wanted.length} are there and speak` };
  return {
    ok: false,
    detail: `${silent.length} of ${wanted.length} are gone or silenced: ${silent.slice(0, 3).join(', ')}`,
    next: 'aws cloudwatch enable-alarm-actions, or deploy again',
  };
}

async function woken({ sns }: LiveClients, topic: string): Promise<Look> {
  const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topic }));
  const confirmed = Subscriptions.filter(({ SubscriptionArn = '' }) =>
    SubscriptionArn.startsWith('arn:'),
  ).length;
  if (confirmed > 0) return { ok: true, detail: `${confirmed} subscribers of ${topic}` };
  return {
    ok: false,
    detail: `nobody has subscribed to ${topic}`,
    next: `aws sns subscribe --topic-arn ${topic}`,
  };
}
