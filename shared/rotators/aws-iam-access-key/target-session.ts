import { inParallel } from '../../in-parallel.ts';
import type { Clock } from '../../ports/clock.ts';
import { adminRefused, type Failure, failure, targetUnavailable } from '../failure.ts';
import type { Account, Issued, OldCredential, OpenRequest, Outcome, TargetSession } from '../rotator.ts';
import { readAccessKey } from './access-key.ts';
import { createClients } from './clients.ts';
import type { IamConnection } from './connection.ts';
import type { Desk } from './desk.ts';
import { findUser, ownKeys, userName } from './find-user.ts';
import { failureOf, openError } from './iam-answer.ts';
import { saysNothing, seeRoute, tryKey } from './key-probe.ts';
import { leftBehind, takeAway } from './left-behind.ts';
import { knownKeys, mintKey } from './mint-key.ts';
import { type Control, keyIdOf, proveDead, proveGone } from './prove-dead.ts';
import { cutUser, restoreUser, trySample, turnOff } from './switch-keys.ts';
import { createUserKeys } from './user-keys.ts';
import { verifyKey } from './verify-key.ts';

/** Somebody who hangs is told from somebody who answers. */
const FIRST_ANSWER_MS = 1_000;
/** No account is begun later in one verb: the claims stand for 15 s (`LEASE_MS`), and one account's calls take a few. */
const TURN_MS = 8_000;

type Proving = Parameters<TargetSession['prove']>[0][number];
type Proof = Awaited<ReturnType<TargetSession['prove']>>[number];

/** The verbs of `aws-iam-access-key` over the admin's clients. */
export async function openSession(
  { target, admin, signal }: OpenRequest,
  connection: IamConnection,
  clock: Clock,
): Promise<TargetSession> {
  const key = readAccessKey(admin.password);
  if (key === null) throw adminRefused(target.id, 'its value is no access key');
  const clients = createClients(connection, key, clock);
  try {
    const soon = AbortSignal.any([signal, AbortSignal.timeout(FIRST_ANSWER_MS)]);
    const answer = await tryKey(clients.sts, soon);
    if (answer.saw === 'refused') throw adminRefused(target.id, 'InvalidClientTokenId');
    if (answer.saw === 'secret-refused') throw adminRefused(target.id, 'SignatureDoesNotMatch');
    if (answer.saw !== 'accepted') throw targetUnavailable(target.id, answer.why);
  } catch (error) {
    clients.close();
    throw openError(target.id, error);
  }
  const desk: Desk = {
    iam: createUserKeys(clients, signal),
    clock,
    signal,
    tryKey: (other) => tryKey(clients.stsAs(other), signal),
    tryAdmin: () => tryKey(clients.sts, signal),
  };
  const { iam } = desk;

  /** Each account by itself: one that fails leaves the others as they are. Throws where AWS answers none. */
  async function each<Item, Success extends object>(
    items: readonly Item[],
    work: (item: Item) => Promise<Outcome<Success>>,
    untilMs = Number.POSITIVE_INFINITY,
  ): Promise<Outcome<Success>[]> {
    const outcomes = await inParallel(items, target.maxConnections, async (item) => {
      if (signal.aborted || clock.nowMs() > untilMs) return failure('busy', 'not reached in this turn');
      return work(item).catch((error: unknown) => failureOf(target.id, error));
    });
    throwIfDead(outcomes);
    return outcomes;
  }

  function throwIfDead(outcomes: readonly Outcome[]): void {
    const unanswered = outcomes.filter(isUnanswered);
    if (unanswered.length === outcomes.length && unanswered[0] !== undefined)
      throw targetUnavailable(target.id, unanswered[0].message);
  }

  async function proveItem(item: Proving): Promise<Proof> {
    const all = (outcome: Failure): Proof => item.old.map(({ versionId }) => ({ versionId, outcome }));
    const found = await findUser(iam, item);
    const isGone = !found.ok && found.reason === 'account-missing' && item.identity !== undefined;
    if (!found.ok && !isGone) return all(found);
    const control = once(() => seeNew(item));
    const known = knownKeys(item, [...item.old, { versionId: '', value: item.value, ...handleOf(item) }]);
    const proof: { versionId: string; outcome: Outcome<{ evidence: string }> }[] = [];
    for (const old of item.old) {
      const outcome = found.ok
        ? proveDead(desk, { found, known, control }, old)
        : proveGone(desk, `no user ${userName(item)}, none with the id ${item.identity}`, old, control);
      proof.push({
        versionId: old.versionId,
        outcome: await outcome.catch((error: unknown) => failureOf(target.id, error)),
      });
    }
    return proof;
  }

  /** The refusal of an old one says something where the new one gets in; one that is off, or was never made, cannot. */
  async function seeNew(item: Issued & { readonly expectOff: boolean }): ReturnType<Control> {
    const fresh = readAccessKey(item.value);
    if (fresh === null || item.expectOff) return seeRoute(desk);
    const answer = await desk.tryKey(fresh);
    if (answer.saw === 'accepted') return { ok: true, by: 'the new one' };
    return answer.saw === 'refused'
      ? failure('new-refused', `STS refuses ${fresh.id} too`)
      : saysNothing(answer);
  }

  async function revokeItem(
    item: Account & Issued & { readonly old: readonly OldCredential[] },
  ): Promise<Outcome> {
    const found = await findUser(iam, item);
    if (!found.ok)
      return found.reason === 'account-missing' && item.identity !== undefined ? { ok: true } : found;
    const issued = { versionId: '', value: item.value, ...handleOf(item) };
    for (const old of item.old) {
      const id = keyIdOf(old);
      const listed = found.keys.find((one) => one.id === id);
      if (listed?.active === true && id !== keyIdOf(issued)) await turnOff(desk, found.user.name, listed.id);
      if (id !== undefined || old.begunAtMs === undefined) continue;
      const known = knownKeys(item, [...item.old, issued]);
      for (const left of await leftBehind(iam, found.keys, known, old.begunAtMs))
        await takeAway(iam, found.user, left);
    }
    return { ok: true };
  }

  return {
    // A call is over when it is answered: what an older writer sent lands before his last moment, which the proof awaits.
    endWriters: async () => undefined,

    inspect: (accounts) =>
      each(accounts, async (account) => {
        const found = await findUser(iam, account, 'follow');
        if (!found.ok) return found;
        const own = ownKeys(account, found.keys);
        const off = own.length > 0 && own.every(({ active }) => !active);
        return { ok: true, identity: found.user.id, off };
      }),

    async cut(accounts, sample) {
      const offIds = new Set<string>();
      const outcomes = await each(accounts, (account) => cutUser(desk, account, offIds));
      const tried = sample === null ? null : readAccessKey(sample.value);
      return {
        reports: accounts.map(({ ref }, index) => ({
          ref,
          outcome: outcomes[index] ?? failure('busy', 'not looked at'),
        })),
        // One that was not among them may be refused for any reason.
        sampleRefused: tried === null || !offIds.has(tried.id) ? null : await trySample(desk, tried),
      };
    },

    restore: (accounts) => each(accounts, (account) => restoreUser(desk, account)),

    mint: (items) => each(items, (item) => mintKey(desk, item), clock.nowMs() + TURN_MS),

    async install(items) {
      return items.map(() => failure('refused', 'IAM makes its keys itself: nothing can be installed'));
    },

    // None is kept open: each call is signed anew. What a key made by AssumeRole lives on: see the evidence.
    async endSessions(items) {
      return items.map(() => ({ ok: true, ended: 0 }));
    },

    verify: (items) => each(items, (item) => verifyKey(desk, item)),

    revoke: (items) => each(items, revokeItem, clock.nowMs() + TURN_MS),

    async prove(items) {
      const proofs = await inParallel(items, target.maxConnections, (item) =>
        proveItem(item).catch((error: unknown) => {
          const outcome = failureOf(target.id, error);
          return item.old.map(({ versionId }) => ({ versionId, outcome }));
        }),
      );
      throwIfDead(proofs.flatMap((proof) => proof.map(({ outcome }) => outcome)));
      return proofs;
    },

    close: async () => clients.close(),
  };
}

function isUnanswered(outcome: Outcome): outcome is Failure {
  return !outcome.ok && outcome.reason === 'target-unavailable';
}

function handleOf({ handle }: Issued): { handle?: string } {
  return handle === undefined ? {} : { handle };
}

function once<T>(look: () => Promise<T>): () => Promise<T> {
  let seen: Promise<T> | undefined;
  return () => (seen ??= look());
}
