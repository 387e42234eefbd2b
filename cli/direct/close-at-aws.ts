import type { ClassKey } from '../../shared/adapters/aws/kms/key-switch.ts';
import type { DirectLayer } from '../../shared/domain/direct-fence.ts';
import type { RekeyError } from '../../shared/domain/errors.ts';
import type { AwsWay } from './aws-way.ts';
import { type Answer, answerOf, type Seen } from './look-around.ts';

/** Nobody can use anything under a key in these states. */
const OFF: ReadonlySet<string> = new Set(['Disabled', 'PendingDeletion']);

/** Whether all that was asked of AWS stands already. */
export function isClosed({ keys, readers }: Seen): boolean {
  return keys.ok && keys.value.every(isOff) && (readers === null || (readers.ok && readers.value.closed));
}

/** Keys and readers at once. What could not be seen before is asked again: by now it may answer. */
export async function closeAtAws(
  way: AwsWay,
  className: string,
  seen: Seen,
  nowMs: () => number,
): Promise<DirectLayer[]> {
  const [keys, readers] = await Promise.all([
    closeKeys(way, className, seen.keys, nowMs),
    seen.readers === null ? [] : closeReaders(way, seen, nowMs),
  ]);
  return [...keys, ...readers];
}

async function closeKeys(
  way: AwsWay,
  className: string,
  before: Seen['keys'],
  nowMs: () => number,
): Promise<DirectLayer[]> {
  const keys = before.ok ? before : await answerOf(() => way.keys.keysOf(className));
  if (!keys.ok) return [layer('key', '', 'not-reached', keys.error.message, nowMs())];
  return Promise.all(
    keys.value.map(async (key) => {
      const named = `epoch ${key.epoch}`;
      if (isOff(key))
        return layer('key', key.keyId, 'observed', `${named}: ${key.state} before this already`, nowMs());
      const done = await answerOf(() => way.keys.switchOff(key.keyId));
      if (!done.ok)
        return layer('key', key.keyId, stateAfter(done.error), `${named}: ${done.error.message}`, nowMs());
      const words =
        done.value === 'observed'
          ? `${named}: KMS says Disabled`
          : `${named}: KMS took the call and does not say Disabled yet`;
      return layer('key', key.keyId, done.value, words, nowMs());
    }),
  );
}

async function closeReaders(way: AwsWay, seen: Seen, nowMs: () => number): Promise<DirectLayer[]> {
  const identity = seen.identity.ok ? seen.identity : await answerOf(() => way.identity());
  if (!identity.ok) return [layer('readers', '', 'not-reached', identity.error.message, nowMs())];
  const fence = way.readerFence(identity.value);
  const closed = await answerOf(() => fence.close());
  if (!closed.ok)
    return [layer('readers', fence.arn, stateAfter(closed.error), closed.error.message, nowMs())];
  if (!closed.value)
    return [
      layer(
        'readers',
        fence.arn,
        'observed',
        'its version that denies was the default before this already',
        nowMs(),
      ),
    ];
  const after: Answer<boolean> = await answerOf(async () => (await fence.look())?.closed === true);
  const observed = after.ok && after.value;
  const words = observed
    ? 'IAM says that its version that denies is the default'
    : 'IAM took the call and does not show it yet';
  return [layer('readers', fence.arn, observed ? 'observed' : 'asked', words, nowMs())];
}

function isOff({ state }: ClassKey): boolean {
  return OFF.has(state);
}

/** An answer that was lost may have been done. */
function stateAfter({ family }: RekeyError): DirectLayer['state'] {
  return family === 'OutcomeUnknown' ? 'asked' : 'not-reached';
}

function layer(
  layer: DirectLayer['layer'],
  name: string,
  state: DirectLayer['state'],
  detail: string,
  atMs: number,
): DirectLayer {
  return { layer, name, state, atMs, detail };
}
