import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';
import { createReaderFence } from '../shared/adapters/aws/iam/reader-fence.ts';
import { callerIdentity } from '../shared/adapters/aws/sts/caller-identity.ts';
import { keepReaderFence } from './keep-reader-fence.ts';
import { osls } from './package.ts';

/** Where serverless.yml deploys to. */
const region = process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1';

/** Deploys what `packageService` has left in `out`, with the caller's ordinary AWS configuration. */
export async function deployService(
  out: string,
  stage: string,
  params: readonly string[] = [],
): Promise<void> {
  const { partition, account } = await callerIdentity(new STSClient({ region }));
  const fence = createReaderFence(new IAMClient({ region }), {
    partition,
    account,
    region,
    prefix: `rekey-${stage}`,
  });
  const said = await keepReaderFence(fence, () =>
    osls(['deploy', '--stage', stage, '--package', `${out}/serverless`], out, params),
  );
  if (said !== null) process.stderr.write(`${said}\n`);
}
