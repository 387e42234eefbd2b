import { inParallel } from '../../in-parallel.ts';
import { type Failure, failure } from '../failure.ts';
import type { Account, CutReport, Outcome, TargetSession } from '../rotator.ts';
import type { Caller } from './caller.ts';
import { handlesOf, type Key, type Lister, ownOf } from './keys.ts';
import { identityOf } from './mint.ts';
import { type Trying, tryUntil } from './tries.ts';

const LOOK_AGAIN_MS = 1_000;

/** What the API lists of one account; null where nobody told how it calls the one that was there before Rekey. */
async function lookAt(list: Lister, account: Account): Promise<Key[] | Failure | null> {
  const listed = await list(account.account);
  if (listed === null || 'ok' in listed) return listed;
  const own = ownOf(account, listed);
  if (own.length > 0) return own;
  return handlesOf(account).size === 0
    ? null
    : failure('account-missing', 'the API lists none of its credentials');
}

export async function inspectOne(
  list: Lister,
  account: Account,
): Promise<Outcome<{ readonly identity: string; readonly off: boolean }>> {
  const keys = await lookAt(list, account);
  if (keys !== null && 'ok' in keys) return keys;
  return {
    ok: true,
    identity: identityOf(account.account),
    off: keys !== null && keys.every(({ off }) => off),
  };
}

export interface Switching extends Trying {
  /** Lists anew: what was seen before the change says nothing of it. */
  readonly listAnew: () => Lister;
  readonly width: number;
  /** Whether the description has a switch. */
  readonly switches: boolean;
}

const NO_SWITCH = failure(
  'refused',
  'this API has no switch: to take a credential away would lose it, so it is left to the re-issue',
);
const NAMELESS = failure(
  'refused',
  'how the API calls the credential that was there before Rekey is not known: give it as handle of the account',
);

/** Off by the API's word, nothing lost. The sample shows something only where it was accepted before. */
export async function cutAll(
  switching: Switching,
  accounts: readonly Account[],
  sample: { readonly ref: string; readonly value: string } | null,
): ReturnType<TargetSession['cut']> {
  if (!switching.switches)
    return { reports: accounts.map(({ ref }) => ({ ref, outcome: NO_SWITCH })), sampleRefused: null };
  const sampled = accounts.find(({ ref }) => ref === sample?.ref);
  const tried = sample === null || sampled === undefined ? null : { ...sampled, value: sample.value };
  const before = tried === null ? null : await switching.caller.insist('prove', tried);
  const reports = await inParallel(accounts, switching.width, async (account): Promise<CutReport> => {
    const was = await turn(switching, account, 'disable');
    return { ref: account.ref, outcome: was.ok ? { ok: true, wasOff: was.were } : was };
  });
  const after = tried === null ? null : await tryUntil(switching, { verb: 'prove', until: 'refused' }, tried);
  const said = (heard: typeof before) => (heard === null || 'ok' in heard ? null : heard.means);
  const shows = said(before) === 'accepted' && ['accepted', 'refused'].includes(said(after) ?? '');
  return { reports, sampleRefused: shows ? said(after) === 'refused' : null };
}

/** On again, every credential that Rekey knows as the account's. */
export async function restoreOne(switching: Switching, account: Account): Promise<Outcome> {
  if (!switching.switches) return NO_SWITCH;
  const was = await turn(switching, account, 'enable');
  return was.ok ? { ok: true } : was;
}

/** `were`: all of them were so before. */
async function turn(
  switching: Switching,
  account: Account,
  how: 'disable' | 'enable',
): Promise<Outcome<{ readonly were: boolean }>> {
  const isSo = ({ off }: Key) => off === (how === 'disable');
  const keys = await lookAt(switching.list, account);
  if (keys === null) return NAMELESS;
  if ('ok' in keys) return keys;
  for (const { handle } of keys.filter((key) => !isSo(key))) {
    const outcome = await turnOne(switching.caller, how, account, handle);
    if (!outcome.ok) return outcome;
  }
  const { clock, settlesMs, signal } = switching;
  const untilMs = clock.nowMs() + settlesMs;
  for (;;) {
    const now = await lookAt(switching.listAnew(), account);
    if (now === null) return NAMELESS;
    if ('ok' in now) return now;
    if (now.every(isSo)) return { ok: true, were: keys.every(isSo) };
    const leftMs = untilMs - clock.nowMs();
    if (leftMs <= 0 || signal.aborted)
      return failure('refused', `by the API's word it is still ${how === 'disable' ? 'on' : 'off'}`);
    await clock.sleep(Math.min(LOOK_AGAIN_MS, leftMs), signal);
  }
}

async function turnOne(
  caller: Caller,
  how: 'disable' | 'enable',
  { account }: Account,
  handle: string,
): Promise<Outcome> {
  const heard = await caller.insist(how, { account, handle });
  if ('ok' in heard) return heard;
  // Gone in the meantime, it opens nothing.
  if (heard.means === 'accepted' || heard.means === 'gone') return { ok: true };
  return failure(heard.means === 'busy' || heard.status >= 500 ? 'busy' : 'refused', heard.what);
}
