import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { isRefusal, isThrottling, isUnanswered, vendorName } from '../../adapters/aws/vendor-error.ts';
import { type Failure, failure } from '../failure.ts';
import type { Outcome } from '../rotator.ts';
import type { Desk } from './desk.ts';
import { whyUnanswered } from './iam-answer.ts';
import type { KeyAnswer } from './key-answer.ts';

/** One call by the route that consumers use. Never throws for what AWS says. */
export async function tryKey(client: STSClient, signal: AbortSignal): Promise<KeyAnswer> {
  try {
    const { UserId = '', Arn = '' } = await client.send(new GetCallerIdentityCommand({}), {
      abortSignal: signal,
    });
    return { saw: 'accepted', userId: UserId, arn: Arn };
  } catch (error) {
    const name = vendorName(error);
    if (name === 'InvalidClientTokenId') return { saw: 'refused' };
    if (name === 'SignatureDoesNotMatch') return { saw: 'secret-refused' };
    // Of a policy, for whoever is known.
    if (isRefusal(error)) return { saw: 'accepted', userId: '', arn: '' };
    if (isUnanswered(error)) return { saw: 'unreachable', why: whyUnanswered(error) };
    if (isThrottling(error) || (error instanceof Error && '$metadata' in error))
      return { saw: 'nothing', why: name };
    throw error;
  }
}

/** Answers from which nothing follows about a key, old or new. */
export function saysNothing(
  answer: Extract<KeyAnswer, { saw: 'secret-refused' | 'nothing' | 'unreachable' }>,
): Failure {
  switch (answer.saw) {
    case 'secret-refused':
      return failure('no-proof', 'STS knows the key, and the secret is not its own (SignatureDoesNotMatch)');
    case 'nothing':
      return failure('busy', `STS answered ${answer.why}`);
    case 'unreachable':
      return failure('target-unavailable', `STS gave no answer (${answer.why})`);
  }
}

/** Whether the route lets in whoever it should, at this moment: a refusal says something only then. */
export async function seeRoute(desk: Desk): Promise<Outcome<{ by: string }>> {
  const answer = await desk.tryAdmin();
  if (answer.saw === 'accepted') return { ok: true, by: 'the admin' };
  if (answer.saw === 'refused') return failure('no-proof', 'STS refuses the admin too');
  return saysNothing(answer);
}
