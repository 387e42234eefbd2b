import type { Clock } from '../../ports/clock.ts';
import { failure } from '../failure.ts';
import type { Account, Issued, OldCredential, Outcome } from '../rotator.ts';
import type { Caller } from './caller.ts';
import { isOld, type Key, type Lister } from './keys.ts';
import { labelOf } from './label.ts';
import type { Heard } from './patience.ts';

/** Between two looks at an API that may lag. */
const LOOK_AGAIN_MS = 1_000;

/** What tries of credentials share. */
export interface Trying {
  readonly caller: Caller;
  readonly list: Lister;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How long some node may still go by what was before. */
  readonly settlesMs: number;
}

type New = Account & Issued & { readonly expectOff: boolean };
type Tested = { readonly verb: 'verify' | 'prove'; readonly until: 'accepted' | 'refused' };

/** Tries it until the answer is the one waited for, as long as the API may lag. */
export async function tryUntil(
  { caller, clock, signal, settlesMs }: Trying,
  { verb, until }: Tested,
  { account, value, handle }: Pick<New, 'account' | 'value' | 'handle'>,
) {
  const about = { account, value, ...(handle === undefined ? {} : { handle }) };
  const untilMs = clock.nowMs() + settlesMs;
  for (;;) {
    const heard = await caller.insist(verb, about);
    const leftMs = untilMs - clock.nowMs();
    if ('ok' in heard || heard.means === until || leftMs <= 0 || signal.aborted) return heard;
    await clock.sleep(Math.min(LOOK_AGAIN_MS, leftMs), signal);
  }
}

export async function verifyOne(trying: Trying, item: New): Promise<Outcome> {
  if (item.expectOff) return seenOff(trying, item);
  const heard = await tryUntil(trying, { verb: 'verify', until: 'accepted' }, item);
  if ('ok' in heard) return heard;
  switch (heard.means) {
    case 'accepted':
      return { ok: true };
    case 'refused':
      return failure('new-refused', `the new credential was refused: ${heard.what}`);
    case 'busy':
    case 'gone':
    case 'unclear':
      return saysNothing(heard);
  }
}

/** One that is off is refused like any other: that it is there and off only the list can show. */
async function seenOff({ list }: Trying, { account, handle }: New): Promise<Outcome> {
  const listed = await list(account);
  if (listed === null) return failure('no-proof', 'it is to be off, and the API has no list to see that by');
  if ('ok' in listed) return listed;
  const key = listed.find((one) => one.handle === handle);
  if (key === undefined) return failure('new-refused', 'the API lists no such credential');
  return key.off ? { ok: true } : failure('refused', 'it is to be off, and the API says that it is on');
}

function saysNothing({ means, what }: Heard) {
  return failure(means === 'busy' ? 'busy' : 'no-proof', what);
}

type Proof = { readonly versionId: string; readonly outcome: Outcome<{ readonly evidence: string }> };

/** Tries each old one, after the new one was accepted by the same call, and looks for it in the list. */
export async function proveOne(
  trying: Trying,
  item: New & { readonly old: readonly OldCredential[] },
): Promise<Proof[]> {
  const all = (outcome: Proof['outcome']) => item.old.map(({ versionId }) => ({ versionId, outcome }));
  const fresh = item.expectOff
    ? await seenOff(trying, item)
    : judgedNew(await tryUntil(trying, { verb: 'prove', until: 'accepted' }, item));
  if (!fresh.ok) return all(fresh);
  const listed = await trying.list(item.account);
  if (listed !== null && 'ok' in listed) return all(listed);
  return Promise.all(
    item.old.map(async (old) => ({
      versionId: old.versionId,
      outcome: await proveOld(trying, item, old, listed),
    })),
  );
}

function judgedNew(heard: Awaited<ReturnType<typeof tryUntil>>): Outcome {
  if ('ok' in heard) return heard;
  if (heard.means === 'accepted') return { ok: true };
  return heard.means === 'refused'
    ? failure('new-refused', `the new credential was refused: ${heard.what}`)
    : saysNothing(heard);
}

async function proveOld(
  { caller, settlesMs }: Trying,
  item: New,
  old: OldCredential,
  listed: readonly Key[] | null,
): Promise<Proof['outcome']> {
  const there = listed?.find((key) => isOld(key, item, old));
  if (old.value === null) {
    if (listed === null || (old.byHand === true && item.account['handle'] === undefined))
      return failure(
        'value-unknown',
        `nobody holds it, and one called ${labelOf(item.ref, old.versionId)} may be at the API`,
      );
    return there === undefined
      ? { ok: true, evidence: 'nobody holds the value, and the API does not list it' }
      : failure('old-accepted', 'the API lists it still');
  }
  const about = { account: item.account, value: old.value };
  const heard = await caller.insist(
    'prove',
    old.handle === undefined ? about : { ...about, handle: old.handle },
  );
  if ('ok' in heard) return heard;
  switch (heard.means) {
    case 'accepted':
      return failure('old-accepted', `the old credential is accepted: ${heard.what}`);
    case 'busy':
    case 'gone':
    case 'unclear':
      return saysNothing(heard);
    case 'refused':
      break;
  }
  // Refused and still there may be no more than off.
  if (there !== undefined) return failure('old-accepted', `${heard.what}, and the API lists it still`);
  const seen = item.expectOff ? 'the new one off, as it was before' : 'the new one accepted';
  const waited = settlesMs === 0 ? '' : `, ${settlesMs / 1_000} s after it was taken away`;
  return {
    ok: true,
    evidence: `refused (${heard.what})${waited}, ${seen}${listed === null ? '' : ', not listed'}`,
  };
}
