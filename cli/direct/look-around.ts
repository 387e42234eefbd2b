import type { ReaderFenceState } from '../../shared/adapters/aws/iam/reader-fence.ts';
import type { ClassKey } from '../../shared/adapters/aws/kms/key-switch.ts';
import type { CallerIdentity } from '../../shared/adapters/aws/sts/caller-identity.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { AwsWay } from './aws-way.ts';

/** What was asked of AWS, or why it did not say: one service that is unwell keeps nobody from the others. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: RekeyError };

/** A class as it stands before a direct fence. */
export interface Seen {
  readonly identity: Answer<CallerIdentity>;
  /** Newest epoch first. */
  readonly keys: Answer<readonly ClassKey[]>;
  /** Null where it was not asked for. */
  readonly readers: Answer<ReaderFenceState & { readonly arn: string }> | null;
}

export async function lookAround(way: AwsWay, className: string, readers: boolean): Promise<Seen> {
  const [identity, keys] = await Promise.all([
    answerOf(() => way.identity()),
    answerOf(() => way.keys.keysOf(className)),
  ]);
  return { identity, keys, readers: readers ? await lookAtReaders(way, identity) : null };
}

async function lookAtReaders(
  way: AwsWay,
  identity: Answer<CallerIdentity>,
): Promise<NonNullable<Seen['readers']>> {
  if (!identity.ok) return identity;
  const fence = way.readerFence(identity.value);
  return answerOf(async () => {
    const state = await fence.look();
    if (state !== null) return { ...state, arn: fence.arn };
    throw new RekeyError({
      code: 'reader-fence-missing',
      family: 'NotFound',
      message: `there is no policy ${fence.arn}`,
    });
  });
}

export async function answerOf<T>(ask: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, value: await ask() };
  } catch (error) {
    if (error instanceof RekeyError) return { ok: false, error };
    throw error;
  }
}
