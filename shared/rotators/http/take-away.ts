import { failure } from '../failure.ts';
import type { Account, Issued, OldCredential, Outcome } from '../rotator.ts';
import { namesIn } from './call.ts';
import type { About, Caller } from './caller.ts';
import type { HttpConnection } from './connection.ts';
import { handlesOf, type Lister, ownOf } from './keys.ts';
import { labelOf } from './label.ts';

/** One credential, by its handle or its value. Already gone is success. */
export async function takeAway(caller: Caller, about: About): Promise<Outcome> {
  const heard = await caller.insist('revoke', about);
  if ('ok' in heard) return heard;
  if (heard.means === 'accepted' || heard.means === 'gone') return { ok: true };
  return failure(heard.means === 'busy' || heard.status >= 500 ? 'busy' : 'refused', heard.what);
}

type Revoking = Account & Issued & { readonly old: readonly OldCredential[] };

/** Takes every credential of the account away but the issued one: what is known, and what is listed with a label of ours. */
export async function takeOthersAway(
  caller: Caller,
  connection: HttpConnection,
  list: Lister,
  item: Revoking,
): Promise<Outcome> {
  const { account } = item;
  const names = namesIn(connection.revoke);
  const byHandle = names.has('handle');
  const byValue = names.has('value') || [...names].some((name) => name.startsWith('value.'));
  const listed = byHandle && !byValue ? await list(account) : [];
  if (listed !== null && 'ok' in listed) return listed;
  const others = byValue ? withValues(item, byHandle) : othersOf(item, listed ?? []);
  for (const other of others) {
    const outcome = await takeAway(caller, { account, ...other });
    if (!outcome.ok) return outcome;
  }
  return { ok: true };
}

/** The one without a handle of its own is the one that was there before Rekey. */
function keptOf({ handle, account }: Revoking): string | undefined {
  return handle ?? account['handle'];
}

function othersOf(item: Revoking, listed: Parameters<typeof ownOf>[1]): { readonly handle: string }[] {
  const kept = keptOf(item);
  const ofOld = new Set(item.old.map(({ versionId }) => labelOf(item.ref, versionId)));
  const byLabel = ownOf(item, listed)
    // Which of the labelled ones is the issued one nobody could say without its handle: then only what is known to be old.
    .filter(({ label }) => item.handle !== undefined || (label !== undefined && ofOld.has(label)))
    .map(({ handle }) => handle);
  const known = [...handlesOf(item), ...item.old.flatMap(({ handle }) => handle ?? []), ...byLabel];
  return [...new Set(known)].filter((handle) => handle !== kept).map((handle) => ({ handle }));
}

function withValues({ old }: Revoking, needsHandle: boolean): Pick<About, 'value' | 'handle'>[] {
  return old.flatMap(({ value, handle }) => {
    if (value === null || (needsHandle && handle === undefined)) return [];
    return [{ value, ...(handle === undefined ? {} : { handle }) }];
  });
}
