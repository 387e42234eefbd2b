import { failure } from '../failure.ts';
import type { Account, Outcome } from '../rotator.ts';
import { type AccessKey } from './access-key.ts';
import type { Desk } from './desk.ts';
import { findUser, ownKeys, userName } from './find-user.ts';
import { isGone } from './iam-answer.ts';

/** IAM is eventually consistent: a key that was switched off was seen let in for three to four seconds. */
const OFF_EVERYWHERE_MS = 10_000;
const LOOK_EVERY_MS = 500;

export type CutUser = Outcome<{
  readonly wasOff: boolean;
  readonly calledNow?: string;
}>;

/** The keys of one user that Rekey knows of, off by IAM's word. `offIds` gets them. */
export async function cutUser({ iam }: Desk, account: Account, offIds: Set<string>): Promise<CutUser> {
  const found = await findUser(iam, account, 'follow');
  if (!found.ok) return found;
  const { user, keys } = found;
  const own = ownKeys(account, keys);
  const on = own.filter(({ active }) => active);
  for (const { id } of on) await turnOff({ iam }, user.name, id);
  const after = on.length === 0 ? keys : ((await iam.list(user.name)) ?? []);
  const still = after.filter(({ active }) => active).map(({ id }) => id);
  const known = new Set(own.map(({ id }) => id));
  for (const { id } of own) if (!still.includes(id)) offIds.add(id);
  const notYet = still.filter((id) => known.has(id));
  if (notYet.length > 0) return failure('busy', `IAM says that ${notYet.join(', ')} is still on`);
  if (still.length > 0) {
    return failure(
      'refused',
      `its own keys are off; ${still.join(', ')} of ${user.name}, which Rekey did not make, is on: if nobody vouches for it: aws iam update-access-key --user-name ${user.name} --status Inactive --access-key-id ${still[0]}`,
    );
  }
  return {
    ok: true,
    wasOff: own.length > 0 && on.length === 0,
    ...(user.name === userName(account) ? {} : { calledNow: user.name }),
  };
}

export async function restoreUser({ iam }: Desk, account: Account): Promise<Outcome> {
  const found = await findUser(iam, account, 'follow');
  if (!found.ok) return found;
  const own = ownKeys(account, found.keys);
  if (own.length === 0) return failure('refused', `no key of ${found.user.name} is left to be switched on`);
  const off = own.filter(({ active }) => !active);
  for (const { id } of off) await iam.turn(found.user.name, id, 'Active');
  const after = off.length === 0 ? own : ownKeys(account, (await iam.list(found.user.name)) ?? []);
  return after.every(({ active }) => active)
    ? { ok: true }
    : failure('busy', `IAM says that a key of ${found.user.name} is still off`);
}

/** A key that was switched off, tried until it is refused. Null where nothing follows from the answer. */
export async function trySample(desk: Desk, key: AccessKey): Promise<boolean | null> {
  const untilMs = desk.clock.nowMs() + OFF_EVERYWHERE_MS;
  for (;;) {
    const { saw } = await desk.tryKey(key);
    if (saw === 'refused') return true;
    if (saw !== 'accepted') return null;
    if (desk.clock.nowMs() >= untilMs || desk.signal.aborted) return false;
    await desk.clock.sleep(LOOK_EVERY_MS, desk.signal);
  }
}

/** Gone is off. */
export async function turnOff({ iam }: Pick<Desk, 'iam'>, user: string, id: string): Promise<void> {
  try {
    await iam.turn(user, id, 'Inactive');
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}
