import { type Failure, failure } from '../failure.ts';
import type { Account, Issued, OldCredential } from '../rotator.ts';
import type { About, Caller } from './caller.ts';
import type { HttpConnection } from './connection.ts';
import { labelIn, labelOf, labelsBeginWith } from './label.ts';
import type { Heard } from './patience.ts';
import { at, textAt } from './pointer.ts';

/** A credential as the API lists it. */
export interface Key {
  readonly handle: string;
  /** Ours; none where somebody made it by hand. */
  readonly label: string | undefined;
  readonly off: boolean;
}

/** A list that is still not over is not believed. */
const MOST_PAGES = 100;

/** What the API lists for each account; accounts with one list are listed once. Null where the description has no list. */
export function createLister(caller: Caller, connection: HttpConnection) {
  const lists = new Map<string, Promise<Key[] | Failure>>();
  return async (account: Account['account']): Promise<Key[] | Failure | null> => {
    if (connection.list === undefined) return null;
    const id = JSON.stringify(account);
    const known = lists.get(id) ?? listAll(caller, connection, { account });
    lists.set(id, known);
    return known;
  };
}

export type Lister = ReturnType<typeof createLister>;

async function listAll(caller: Caller, connection: HttpConnection, about: About): Promise<Key[] | Failure> {
  const keys: Key[] = [];
  let page: About = about;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const heard = await caller.insist('list', page);
    if ('ok' in heard) return heard;
    if (heard.means === 'gone') return failure('account-missing', heard.what);
    if (heard.means !== 'accepted') return failure(heard.means === 'busy' ? 'busy' : 'refused', heard.what);
    const found = keysIn(heard, connection);
    if (found === null) return failure('refused', `${heard.what}, and not with the list that is described`);
    keys.push(...found);
    const next = nextPage(heard, connection, keys.at(-1)?.handle);
    if (next === null) return keys;
    if ('ok' in next) return next;
    page = { ...about, ...next };
  }
  return failure('refused', `the list has more than ${MOST_PAGES} pages`);
}

function keysIn({ json }: Heard, { list }: HttpConnection): Key[] | null {
  const items = list === undefined ? undefined : at(json, list.items);
  if (list === undefined || !Array.isArray(items)) return null;
  const keys = items.map((item: unknown): Key | null => {
    const handle = textAt(item, list.handle);
    if (handle === undefined) return null;
    const off = list.off !== undefined && textAt(item, list.off.at) === list.off.is;
    return { handle, label: labelIn(textAt(item, list.label) ?? ''), off };
  });
  return keys.some((key) => key === null) ? null : keys.filter((key) => key !== null);
}

/** Where the list goes on; null where it is over. Never at another origin: it would be given the admin's credential. */
function nextPage(
  { headers, json, what }: Heard,
  { url, list }: HttpConnection,
  last: string | undefined,
): Pick<About, 'path' | 'query'> | Failure | null {
  const next = list?.next;
  if (next === undefined) return null;
  if (next === 'link') {
    const link = linkIn(headers['link']);
    if (link === undefined) return null;
    const to = URL.canParse(link, url) ? new URL(link, url) : null;
    return to === null || to.origin !== new URL(url).origin
      ? failure('refused', `${what}, and the list goes on elsewhere than at ${new URL(url).origin}`)
      : { path: `${to.pathname}${to.search}` };
  }
  if (at(json, next.more) !== true) return null;
  return last === undefined
    ? failure('refused', `${what}, with an empty page and more to come`)
    : { query: { [next.query]: last } };
}

/** RFC 8288: the target of `rel="next"`. */
function linkIn(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  return /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(text)?.[1];
}

/** Every credential of the account that Rekey knows as its own: by the handles it has noted or was told, or by its label. */
export function ownOf(account: Account, listed: readonly Key[]): Key[] {
  const known = handlesOf(account);
  const begin = labelsBeginWith(account.ref);
  return listed.filter(({ handle, label }) => known.has(handle) || label?.startsWith(begin) === true);
}

/** Those that it has noted, and the one that was there before it came. */
export function handlesOf({ account, handles = [] }: Account): ReadonlySet<string> {
  return new Set([...handles, ...(account['handle'] === undefined ? [] : [account['handle']])]);
}

/** What the API lists of an old credential: by its handle, its label, or as the one that was there before Rekey. */
export function isOld(key: Key, { ref, account, handle }: Account & Issued, old: OldCredential): boolean {
  if (key.handle === handle) return false;
  if (key.handle === old.handle || key.label === labelOf(ref, old.versionId)) return true;
  return old.handle === undefined && handle !== undefined && key.handle === account['handle'];
}
