import { CreatePolicyCommand, IAMClient } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { expect, test } from 'vitest';
import { systemClock as clock } from '../../local/system.ts';
import { createReaderFence } from '../../shared/adapters/aws/iam/reader-fence.ts';
import { renderReaderFence } from '../../shared/adapters/aws/iam/reader-fence-policy.ts';
import { createKmsEpochKeys } from '../../shared/adapters/aws/kms/epoch-keys.ts';
import type { DirectFence } from '../../shared/domain/direct-fence.ts';
import { aFolder, rekey } from '../support/command-line.ts';
import { keyRoles } from '../support/key-roles.ts';
import { LOCAL_ACCOUNT, localStack } from '../support/localstack.ts';

const PREFIX = 'rekey-direct';
const PLACE = { partition: 'aws', account: LOCAL_ACCOUNT, region: 'us-east-1', prefix: PREFIX };

// No stack is deployed: no registry, no function, nothing of Rekey to ask.
test('[7.2] rekey fence --direct closes a class of which there is nothing left but its keys and the policy of its readers', async () => {
  const client = new KMSClient(localStack());
  const keys = createKmsEpochKeys(client, {
    prefix: PREFIX,
    roles: keyRoles(LOCAL_ACCOUNT, 'us-east-1', PREFIX),
    registry: { unsettledUnder: async () => [] },
    clock,
  });
  const { id } = await keys.ensure('payments', 3, 'open');
  const iam = new IAMClient(localStack());
  await iam.send(
    new CreatePolicyCommand({
      PolicyName: `${PREFIX}-reader-fence-us-east-1`,
      PolicyDocument: renderReaderFence(PLACE).replace('/*"', '/-/-"'),
    }),
  );
  const readerFence = createReaderFence(iam, PLACE);
  await readerFence.prepare();

  const folder = aFolder();
  const { endpoint } = localStack();
  const env = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
  };
  const words = [
    'fence',
    '--direct',
    '--stage',
    'direct',
    '--class',
    'payments',
    '--all-readers',
    '--yes',
    '--json',
  ];
  const closed = await rekey(words, { folder, env });
  expect([closed.code, closed.stderr]).toEqual([0, expect.stringContaining('KMS says Disabled')]);
  expect(JSON.parse(closed.stdout) as DirectFence).toMatchObject({
    epoch: 3,
    layers: [
      { layer: 'key', state: 'observed' },
      { layer: 'readers', name: readerFence.arn, state: 'observed' },
    ],
  });
  const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: id }));
  expect(KeyMetadata?.KeyState).toBe('Disabled');
  expect(await readerFence.look()).toMatchObject({ closed: true });
  expect(await keys.list('payments')).toMatchObject([{ state: 'closed' }]);
  const again = await rekey(words, { folder, env });
  expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('nothing to do') });
});
