import { failure } from '../failure.ts';
import type { Account, Issued, Outcome } from '../rotator.ts';
import { readAccessKey } from './access-key.ts';
import type { Desk } from './desk.ts';
import { findUser } from './find-user.ts';
import { saysNothing } from './key-probe.ts';

/** AWS names no bound for when a new key is known everywhere; what people measured is 3 to 15 s. */
const KNOWN_EVERYWHERE_MS = 60_000;

export async function verifyKey(
  desk: Desk,
  item: Account & Issued & { readonly expectOff: boolean },
): Promise<Outcome> {
  const key = readAccessKey(item.value);
  if (key === null) return failure('new-refused', 'its value is no access key');
  const answer = await desk.tryKey(key);
  switch (answer.saw) {
    case 'accepted': {
      const isAnothers =
        item.identity !== undefined && answer.userId !== '' && answer.userId !== item.identity;
      return isAnothers ? failure('refused', `${key.id} is a key of ${answer.arn}`) : { ok: true };
    }
    case 'secret-refused':
      return failure('new-refused', saysNothing(answer).message);
    case 'nothing':
    case 'unreachable':
      return saysNothing(answer);
    case 'refused':
      break;
  }
  const found = await findUser(desk.iam, item);
  if (!found.ok) return found;
  const listed = found.keys.find(({ id }) => id === key.id);
  if (listed === undefined) return failure('new-refused', `IAM lists ${key.id} no more`);
  if (!listed.active)
    return item.expectOff ? { ok: true } : failure('new-refused', `IAM says that ${key.id} is off`);
  const ageMs = desk.clock.nowMs() - listed.createdAtMs;
  return ageMs < KNOWN_EVERYWHERE_MS
    ? failure(
        'busy',
        `${key.id} is ${Math.max(0, Math.round(ageMs / 1_000))} s old, and not known to STS yet`,
      )
    : failure('new-refused', `STS does not know ${key.id}, which IAM says is on`);
}
