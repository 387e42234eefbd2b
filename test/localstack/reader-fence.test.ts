import { CreatePolicyCommand, IAMClient, ListPolicyVersionsCommand } from '@aws-sdk/client-iam';
import { expect, test } from 'vitest';
import { createReaderFence } from '../../shared/adapters/aws/iam/reader-fence.ts';
import { readerFenceArn, renderReaderFence } from '../../shared/adapters/aws/iam/reader-fence-policy.ts';
import { LOCAL_ACCOUNT, localStack } from '../support/localstack.ts';

const PLACE = { partition: 'aws', account: LOCAL_ACCOUNT, region: 'us-east-1', prefix: 'rekey-versions' };

test('[7.2] the version that fences is rendered once beside the one that stands, and closes by one call', async () => {
  const client = new IAMClient(localStack());
  const fence = createReaderFence(client, PLACE);
  expect(await fence.look()).toBeNull();
  await expect(fence.prepare()).rejects.toMatchObject({ code: 'reader-fence-missing' });
  const { Policy } = await client.send(
    new CreatePolicyCommand({
      PolicyName: 'rekey-versions-reader-fence-us-east-1',
      PolicyDocument: renderReaderFence(PLACE).replace('/*"', '/-/-"'),
    }),
  );
  expect(Policy?.Arn).toBe(readerFenceArn(PLACE));
  await fence.prepare();
  await fence.prepare();
  const { Versions } = await client.send(new ListPolicyVersionsCommand({ PolicyArn: fence.arn }));
  expect(Versions?.map(({ VersionId, IsDefaultVersion }) => [VersionId, IsDefaultVersion]).sort()).toEqual([
    ['v1', true],
    ['v2', false],
  ]);
  expect(await fence.close()).toBe(true);
  expect(await fence.close()).toBe(false);
  expect(await fence.look()).toEqual({
    closed: true,
    defaultVersion: 'v2',
    closingVersion: 'v2',
    openingVersion: 'v1',
  });
});
