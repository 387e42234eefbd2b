import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test, vi } from 'vitest';
import { assumedRole } from '../../../../../shared/adapters/aws/lambda/wires/assumed-role.ts';

const PROVER = 'arn:aws:iam::111122223333:role/rekey-test/ProverRole';

test('[6.2] a session of another role has the name of the function that took it', async () => {
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'rekey-test-AdvanceBatch-payments_vpc');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  const sts = mockClient(STSClient);
  sts.on(AssumeRoleCommand).resolves({
    Credentials: {
      AccessKeyId: 'ASIAEXAMPLE',
      SecretAccessKey: 'example',
      SessionToken: 'example',
      Expiration: new Date(0),
    },
  });
  await assumedRole(PROVER)();
  expect(sts.commandCalls(AssumeRoleCommand).map(({ args }) => args[0].input)).toEqual([
    { RoleArn: PROVER, RoleSessionName: 'rekey-test-AdvanceBatch-payments_vpc', DurationSeconds: 900 },
  ]);
  vi.unstubAllEnvs();
});
