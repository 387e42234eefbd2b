import { randomUUID } from 'node:crypto';
import { RekeyError } from '../../domain/errors.ts';
import { type Failure, failure } from '../failure.ts';
import type { Minted, Minting, Outcome } from '../rotator.ts';
import type { About, Caller } from './caller.ts';
import type { HttpConnection } from './connection.ts';
import type { Lister } from './keys.ts';
import { labelOf } from './label.ts';
import type { Heard, Said } from './patience.ts';
import { Unsayable } from './placeholders.ts';
import { textAt } from './pointer.ts';
import { takeAway } from './take-away.ts';
import { valueIn } from './value.ts';

/** Times that a call whose answer was lost is made again at once, where the API knows it as the same one. */
const REPEATS = 2;

/** Has one credential made. What an earlier try of the same version left is taken away first. */
export async function mintOne(
  caller: Caller,
  connection: HttpConnection,
  list: Lister,
  item: Minting,
): Promise<Outcome<Minted>> {
  const { account } = item;
  const label = labelOf(item.ref, item.versionId);
  if (item.again) {
    const left = await list(account);
    if (left === null)
      return failure('value-unknown', `one called ${label} may have been made, and the API has no list`);
    if ('ok' in left) return left;
    for (const { handle } of left.filter((key) => key.label === label)) {
      const taken = await takeAway(caller, { account, handle });
      if (!taken.ok) return taken;
    }
  }
  const said = await issue(caller, connection, { account, label });
  if ('ok' in said) return said;
  if (said.means === 'not-sent') return failure('target-unavailable', said.what);
  const mayBeThere = (what: string) =>
    failure('outcome-unknown', `${what}; one called ${label} may have been made`);
  if (!('json' in said)) return mayBeThere(said.what);
  if (said.means !== 'accepted') return notMade(said) ?? mayBeThere(said.what);
  const handle = textAt(said.json, connection.issue.handle);
  if (handle === undefined) return mayBeThere(`${said.what}, with no handle where issue.handle points`);
  try {
    const made = await finish(caller, connection, item, { handle, json: said.json, what: said.what });
    if (made.ok) return made;
    // What is of no use to anybody is not left there.
    const taken = await takeAway(caller, { account, handle });
    return taken.ok ? made : mayBeThere(made.message);
  } catch (error) {
    if (!(error instanceof RekeyError)) throw error;
    return mayBeThere(error.message);
  }
}

async function issue(caller: Caller, { issue: { idempotencyKey } }: HttpConnection, about: About) {
  const isKnown = idempotencyKey !== undefined;
  // Of this try alone: an API gives the same answer again to the same key, also once what it made is gone.
  const same = isKnown ? { ...about, idempotencyKey: randomUUID() } : about;
  const repeats = isKnown ? REPEATS : 0;
  try {
    let said: Said = await caller.ask('issue', same);
    for (let times = 0; times < repeats && said.means === 'lost'; times += 1)
      said = await caller.ask('issue', same);
    return said;
  } catch (error) {
    if (error instanceof Unsayable) return failure('refused', `issue: ${error.message}`);
    throw error;
  }
}

/** By the API's own word nothing was made; null where that does not follow. */
function notMade({ means, what, status }: Heard): Failure | null {
  if (means === 'busy') return failure('busy', what);
  if (means === 'gone') return failure('account-missing', what);
  if (means === 'refused') return failure('admin-refused', what);
  return status < 500 ? failure('refused', what) : null;
}

async function finish(
  caller: Caller,
  connection: HttpConnection,
  { account, keepOff }: Minting,
  { handle, json, what }: { readonly handle: string; readonly json: unknown; readonly what: string },
): Promise<Outcome<Minted>> {
  const value = valueIn(json, connection.issue.value, (name) => account[name]);
  if (value === undefined) return failure('refused', `${what}, with no value where issue.value points`);
  if (keepOff) {
    const off = await caller.insist('disable', { account, handle });
    if ('ok' in off) return off;
    if (off.means !== 'accepted') return failure('refused', `it was off before Rekey came, and ${off.what}`);
  }
  return { ok: true, value, handle, identity: identityOf(account), mark: '', off: keepOff };
}

/** An API tells accounts apart by what they are called there, and by nothing else. */
export function identityOf(account: Minting['account']): string {
  return JSON.stringify(
    Object.entries(account)
      .filter(([field]) => field !== 'handle')
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
}
