import type { ReaderFence } from '../shared/adapters/aws/iam/reader-fence.ts';

/**
 * Deploys between two looks at the fence of all readers. CloudFormation knows one version of a policy, its default: it drops
 * older ones when it makes a new one, and makes its own the default again. So the version that fences is rendered after each
 * deployment, one that failed too, and a fence that stood before stands after. Answers what people have to know, if anything.
 */
export async function keepReaderFence(fence: ReaderFence, deploy: () => void): Promise<string | null> {
  const before = await fence.look();
  let failure: unknown;
  try {
    deploy();
  } catch (error) {
    failure = error;
  }
  // A first deployment that failed has left no policy behind: there is nothing to keep.
  if (failure === undefined || (await fence.look()) !== null) await fence.prepare();
  const lifted = before?.closed === true && (await fence.close());
  if (failure !== undefined) throw failure;
  if (lifted)
    return `all readers were fenced; the deployment had lifted that, and they are fenced again: ${fence.arn}`;
  return (await fence.look())?.closed === true
    ? `all readers are fenced, as they were before: ${fence.arn}`
    : null;
}
