import type { AuditAction } from '../domain/audit/entry.ts';
import { adopted, adoptedBeside, leftUnknown } from '../domain/begin.ts';
import { formatDuration } from '../domain/config/duration.ts';
import { standingOf } from '../domain/confirmation.ts';
import type { Delivery } from '../domain/delivery.ts';
import { RekeyError } from '../domain/errors.ts';
import type { Verb } from '../domain/lifecycle.ts';
import { intended, minted, notMade } from '../domain/minting.ts';
import { issuedOf, oldOf, type Rotating } from '../domain/rotating.ts';
import { setBack, tryAgainFrom } from '../domain/setback.ts';
import {
  accountMissing,
  confirmed,
  installed,
  type ProofAnswer,
  promoted,
  quiet,
  revoked,
  settled,
  stored,
  tried,
  unconfirmed,
  verified,
  waits,
} from '../domain/transition.ts';
import type { VersionRecord } from '../domain/version.ts';
import type { Minted, OldCredential, Outcome } from '../rotators/rotator.ts';
import { type BatchItem, namesOf, type Taken } from './batch-item.ts';
import type { Bench } from './bench.ts';
import { observeUse } from './observe-use.ts';

type Performer = (bench: Bench, items: readonly BatchItem[]) => Promise<Taken[]>;

/** Each verb does one effect for all its items and says what each came to. Every one is safe to do again. */
const PERFORM: Readonly<Record<Verb, Performer>> = {
  storePending,
  recordIntent,
  mint,
  install,
  endSessions,
  verify,
  promote,
  awaitConfirmations,
  revoke,
  prove,
  settle,
};

export function performStep(bench: Bench, verb: Verb, items: readonly BatchItem[]): Promise<Taken[]> {
  return PERFORM[verb](bench, items);
}

function taken(
  bench: Bench,
  item: BatchItem,
  action: AuditAction,
  next: Rotating,
  failure?: { readonly reason: string; readonly message: string },
  deliveries: readonly Delivery[] = [],
): Taken {
  item.rotating = next;
  const atMs = bench.services.clock.nowMs();
  const entry = item.entry(bench.acting, {
    action,
    outcome: failure === undefined ? 'success' : 'error',
    atMs,
    ...(failure === undefined ? {} : { reason: `${failure.reason}: ${failure.message}` }),
  });
  return { item, next, entries: [entry], deliveries };
}

/** Pairs items with a bulk verb's outcomes, which keep their order. */
function each<S extends object>(
  items: readonly BatchItem[],
  outcomes: readonly Outcome<S>[],
  take: (item: BatchItem, outcome: Outcome<S>) => Taken,
): Taken[] {
  return items.map((item, index) => {
    const outcome = outcomes[index];
    if (outcome === undefined) throw new Error(`no outcome for ${item.ref}`);
    return take(item, outcome);
  });
}

const FOUND = {
  reason: 'version-unknown',
  message: 'the store has a value under this name, which the registry did not know of',
};

async function storePending(bench: Bench, items: readonly BatchItem[]): Promise<Taken[]> {
  const { services } = bench;
  const { passwords } = bench.target;
  const requests = items.map((item) => {
    const issued = issuedOf(item.rotating);
    const rotator = services.rotators[item.rotating.secret.kind];
    if (issued === undefined || !rotator?.issue) throw new Error(`${item.ref} issues no version`);
    return {
      ref: item.ref,
      versionId: issued.id,
      epoch: issued.epoch,
      keyId: issued.keyId,
      value: rotator.issue(services.random, {
        account: item.account.account,
        ...slotOf(issued),
        ...(passwords === undefined ? {} : { passwords }),
      }),
    };
  });
  // The value must be durable before the target knows it: a crash after install and before store would leave a password
  // that nobody holds. A version that exists keeps its first value, so where it is not certainly this one whoever installs it
  // reads it back.
  const puts = await services.store.putPending(requests);
  const nowMs = services.clock.nowMs();
  return items.map((item, index) => {
    if (puts[index] === 'made') item.value = requests[index]?.value;
    return item.begunHere && puts[index] === 'there'
      ? taken(bench, item, 'store', adopted(item.rotating, nowMs), FOUND)
      : taken(bench, item, 'store', stored(item.rotating));
  });
}

function slotOf({ slot }: VersionRecord): { slot?: 0 | 1 } {
  return slot === undefined ? {} : { slot };
}

/** Durable before the issuer is asked: a value that it makes stands nowhere else until the store has it. */
async function recordIntent(_bench: Bench, items: readonly BatchItem[]): Promise<Taken[]> {
  return items.map((item) => {
    item.unasked = true;
    const next = intended(item.rotating);
    item.rotating = next;
    return { item, next, entries: [], deliveries: [] };
  });
}

/**
 * The issuer makes the value, so that the target knows it before the store does. What makes up for that: the intent is in the
 * registry, under the version's name, and whatever an earlier try left at the issuer is taken away before the next one.
 */
async function mint(bench: Bench, items: readonly BatchItem[]): Promise<Taken[]> {
  const { services, session } = bench;
  if (session.mint === undefined) throw new Error('the kind mints nothing');
  const carriedOn = items.filter((item) => !item.unasked);
  const known = await Promise.all(carriedOn.map((item) => storedValue(bench, item)));
  // It may be in use: it is tried in the proof, not taken away.
  const lostTrack = carriedOn.filter((_, index) => known[index] !== null);
  const found = lostTrack.map((item) =>
    taken(bench, item, 'store', adopted(item.rotating, services.clock.nowMs()), FOUND),
  );
  const going = items.filter((item) => !lostTrack.includes(item));
  await loadOld(
    bench,
    going.filter((item) => supersededOf(item).length > 0),
  );
  const ours = await bench.stillOurs(going);
  for (const item of ours) item.begun = true;
  const first = new Set(ours.filter((item) => item.unasked));
  for (const item of ours) item.unasked = false;
  const outcomes = await session.mint(
    ours.map((item) => ({
      ...item.account,
      versionId: item.issuedId,
      again: !first.has(item),
      begunAtMs: issuedOf(item.rotating)?.createdAtMs ?? 0,
      superseded: oldCredentials(item, supersededOf(item)),
      keepOff: expectOff(item),
      turnOn: turnsOn(item),
    })),
  );
  const stands = await putMinted(bench, ours, outcomes);
  const nowMs = services.clock.nowMs();
  return [
    ...found,
    ...each(ours, outcomes, (item, outcome) => {
      if (!outcome.ok)
        return taken(bench, item, 'mint', notMinted(item, outcome, first.has(item), nowMs), outcome);
      if (!stands.has(item))
        return taken(bench, item, 'store', adoptedBeside(item.rotating, outcome.handle, nowMs), FOUND);
      item.value = outcome.value;
      return taken(bench, item, 'mint', minted(item.rotating, outcome, nowMs));
    }),
  ];
}

function notMinted(
  { rotating }: BatchItem,
  why: Extract<Outcome, { ok: false }>,
  isFirstTry: boolean,
  nowMs: number,
): Rotating {
  if (why.reason === 'value-unknown') return leftUnknown(rotating, why, nowMs);
  // What is left is to see whether the old ones are gone with it.
  if (why.reason === 'account-missing') return accountMissing(rotating, why, nowMs);
  // Else an earlier try's may still be there, or this one's.
  const isNotMade = isFirstTry && why.reason !== 'outcome-unknown';
  return setBack(isNotMade ? notMade(rotating) : rotating, why, nowMs);
}

function supersededOf({ rotating }: BatchItem): VersionRecord[] {
  return oldOf(rotating).filter(({ id }) => id !== rotating.secret.currentVersionId);
}

/** Puts what was made. Answers the items whose version certainly holds it. */
async function putMinted(
  bench: Bench,
  items: readonly BatchItem[],
  outcomes: readonly Outcome<Minted>[],
): Promise<ReadonlySet<BatchItem>> {
  const made = items.flatMap((item, index) => {
    const outcome = outcomes[index];
    const issued = issuedOf(item.rotating);
    return outcome?.ok === true && issued !== undefined ? [{ item, issued, value: outcome.value }] : [];
  });
  const puts = await bench.services.store.putPending(
    made.map(({ item, issued: { id, epoch, keyId }, value }) => ({
      ref: item.ref,
      versionId: id,
      epoch,
      keyId,
      value,
    })),
  );
  const stands = await Promise.all(
    made.map(
      async ({ item, value }, index) => puts[index] === 'made' || (await storedValue(bench, item)) === value,
    ),
  );
  return new Set(made.flatMap(({ item }, index) => (stands[index] === true ? [item] : [])));
}

/** What the store has under the name of the version that is being issued. */
async function storedValue(bench: Bench, item: BatchItem): Promise<string | null> {
  try {
    const name = { ref: item.ref, versionId: item.issuedId };
    const [value = null] = await bench.services.store.read([name], 'worker');
    return value;
  } catch (error) {
    if (error instanceof RekeyError && error.family === 'NotFound') return null;
    throw error;
  }
}

/** The issued values, as the store holds them: what is durable is what is installed. */
async function loadValues(bench: Bench, items: readonly BatchItem[]): Promise<void> {
  const missing = items.filter(
    (item) => item.value === undefined && issuedOf(item.rotating)?.fate !== 'failed',
  );
  const values = await bench.services.store.read(
    missing.map((item) => ({ ref: item.ref, versionId: item.issuedId })),
    'worker',
  );
  missing.forEach((item, index) => {
    item.value = values[index];
  });
}

/** The old values, for proofs alone. One that the store cannot give is one that nobody holds. */
async function loadOld(bench: Bench, items: readonly BatchItem[]): Promise<void> {
  for (const item of items.filter((candidate) => candidate.old === undefined)) {
    const old = new Map<string, string | null>();
    for (const version of oldOf(item.rotating)) {
      old.set(version.id, version.valueHeld ? await readOld(bench, item, version.id) : null);
    }
    item.old = old;
  }
}

async function readOld(bench: Bench, item: BatchItem, versionId: string): Promise<string | null> {
  try {
    const [value] = await bench.services.store.read([{ ref: item.ref, versionId }], 'prover');
    return value ?? null;
  } catch (error) {
    if (error instanceof RekeyError && (error.family === 'NotFound' || error.code === 'key-destroyed'))
      return null;
    throw error;
  }
}

function oldCredentials(item: BatchItem, versions = oldOf(item.rotating)): OldCredential[] {
  return versions.map((version) => ({
    versionId: version.id,
    value: item.old?.get(version.id) ?? null,
    begunAtMs: version.createdAtMs,
    ...namesOf(version),
    ...(version.promotedAtMs !== undefined && version.installedAtMs === undefined ? { byHand: true } : {}),
  }));
}

function turnsOn(item: BatchItem): boolean {
  return item.rotating.secret.cut?.wasOff === false;
}

function expectOff(item: BatchItem): boolean {
  return item.rotating.secret.cut?.wasOff === true;
}

function isUrgent(item: BatchItem): boolean {
  return item.rotating.secret.rotation?.mode === 'emergency';
}

async function install(bench: Bench, items: readonly BatchItem[]): Promise<Taken[]> {
  await loadValues(bench, items);
  const ours = await bench.stillOurs(items);
  for (const item of ours) item.begun = true;
  const outcomes = await bench.session.install(
    ours.map((item) => ({
      ...item.account,
      ...item.issued,
      urgent: isUrgent(item),
      turnOn: turnsOn(item),
    })),
  );
  const nowMs = bench.services.clock.nowMs();
  return each(ours, outcomes, (item, outcome) => {
    if (outcome.ok) return taken(bench, item, 'install', installed(item.rotating, outcome, nowMs));
    const next =
      outcome.reason === 'account-missing'
        ? accountMissing(item.rotating, outcome, nowMs)
        : setBack(item.rotating, outcome, nowMs);
    return taken(bench, item, 'install', next, outcome);
  });
}

async function endSessions(bench: Bench, items: readonly BatchItem[]): Promise<Taken[]> {
  const outcomes = await bench.session.endSessions(
    items.map((item) => ({ ...item.account, mark: item.mark })),
  );
  return each(items, outcomes, (item, outcome) =>
    outcome.ok
      ? taken(bench, item, 'end-sessions', quiet(item.rotating))
      : taken(
          bench,
          item,
          'end-sessions',
          setBack(item.rotating, outcome, bench.services.clock.nowMs()),
          outcome,
        ),
  );
}

async function verify(bench: Bench, items: readonly BatchItem[]): Promise<Taken[]> {
  await loadValues(bench, items);
  const outcomes = await bench.session.verify(
    items.map((item) => ({
      ...item.account,
      ...item.issued,
      urgent: isUrgent(item),
      expectOff: expectOff(item),
    })),
  );
  const nowMs = bench.services.clock.nowMs();
  return each(items, outcomes, (item, outcome) => {
    if (outcome.ok) return taken(bench, item, 'verify', verified(item.rotating));
    // Refused although it was installed: someone changed it in between. The same value is installed again.
    const next =
      outcome.reason === 'new-refused' && item.rotating.secret.rotation?.minted !== true
        ? tryAgainFrom(item.rotating, 'pending', outcome, nowMs)
        : setBack(item.rotating, outcome, nowMs);
    return taken(bench, item, 'verify', next, outcome);
  });
}

async function promote(bench: Bench, items: readonly BatchItem[]): Promise<Taken[]> {
  // What was taken over since its install is the other's to promote: the store knows no claims.
  const ours = await bench.stillOurs(items);
  await bench.services.store.promote(ours.map((item) => ({ ref: item.ref, versionId: item.issuedId })));
  const nowMs = bench.services.clock.nowMs();
  return ours.map((item) => {
    const deliveries = item.rotating.secret.consumers.flatMap((name): Delivery[] => {
      const consumer = bench.consumers.get(name);
      if (consumer === undefined) return [];
      return [
        {
          v: 1,
          // A rollback tells of a version that was told of before.
          id: `${item.operation ?? bench.acting.operation}/${item.issuedId}/${name}`,
          incident: item.operation ?? bench.acting.operation,
          consumer: name,
          ref: item.ref,
          versionId: item.issuedId,
          state: 'due',
          mustConfirm: consumer.mustConfirm && !(consumer.byObservation === true && isUrgent(item)),
          attempts: 0,
          dueAtMs: nowMs,
        },
      ];
    });
    return taken(bench, item, 'promote', promoted(item.rotating, nowMs), undefined, deliveries);
  });
}

/** How often a version that consumers are to confirm is looked at: it goes on as soon as the last of them has. */
const LOOK_AGAIN_MS = 15_000;

/** Nothing is revoked that a consumer who has to confirm may still live on, unless policy says that it goes on without him. */
async function awaitConfirmations(bench: Bench, items: readonly BatchItem[]): Promise<Taken[]> {
  const { registry, clock } = bench.services;
  if (bench.routine === undefined) throw new Error('an emergency waits for nobody');
  const { confirm, graceMs } = bench.routine;
  const operations = new Set(items.map((item) => item.operation ?? bench.acting.operation));
  const open = (await Promise.all([...operations].map((id) => registry.deliveries(id)))).flat();
  const deliveries = await observeUse(bench, items, open);
  const byRef = Map.groupBy(deliveries, ({ ref, versionId }) => `${ref} ${versionId}`);
  const nowMs = clock.nowMs();
  return items.flatMap((item): Taken[] => {
    const { promotedAtMs = nowMs } = issuedOf(item.rotating) ?? {};
    const standing = standingOf(
      byRef.get(`${item.ref} ${item.issuedId}`) ?? [],
      confirm,
      promotedAtMs,
      nowMs,
    );
    if (standing.state === 'confirmed')
      return [taken(bench, item, 'confirm', confirmed(item.rotating, nowMs + graceMs))];
    if (standing.state === 'waiting') {
      const next = waits(item.rotating, Math.min(standing.untilMs, nowMs + LOOK_AGAIN_MS));
      item.rotating = next;
      return [{ item, next, entries: [], deliveries: [] }];
    }
    const why = {
      reason: 'unconfirmed',
      message: `not confirmed by ${standing.unconfirmed.join(', ')} within ${formatDuration(confirm.withinMs)}`,
    };
    return standing.otherwise === 'go-on'
      ? [taken(bench, item, 'confirm', confirmed(item.rotating, nowMs + graceMs), why)]
      : [held(bench, item, why)];
  });
}

/** The previous one lives on until they confirm: said once, and looked at again. */
function held(bench: Bench, item: BatchItem, why: { reason: string; message: string }): Taken {
  const saidBefore = item.rotating.secret.rotation?.parked?.message === why.message;
  const nowMs = bench.services.clock.nowMs();
  const next = unconfirmed(item.rotating, { ...why, untilMs: nowMs + LOOK_AGAIN_MS }, nowMs);
  if (!saidBefore) return taken(bench, item, 'confirm', next, why);
  item.rotating = next;
  return { item, next, entries: [], deliveries: [] };
}

async function revoke(bench: Bench, items: readonly BatchItem[]): Promise<Taken[]> {
  await loadValues(bench, items);
  await loadOld(bench, items);
  const ours = await bench.stillOurs(items);
  const outcomes = await bench.session.revoke(
    ours.map((item) => ({
      ...item.account,
      ...item.issued,
      mark: item.mark,
      old: oldCredentials(item),
    })),
  );
  const nowMs = bench.services.clock.nowMs();
  return each(ours, outcomes, (item, outcome) =>
    outcome.ok
      ? taken(bench, item, 'revoke', revoked(item.rotating, nowMs))
      : taken(bench, item, 'revoke', setBack(item.rotating, outcome, nowMs), outcome),
  );
}

async function prove(bench: Bench, items: readonly BatchItem[]): Promise<Taken[]> {
  await loadValues(bench, items);
  await loadOld(bench, items);
  const all = await bench.session.prove(
    items.map((item) => ({
      ...item.account,
      ...item.issued,
      mark: item.mark,
      expectOff: expectOff(item),
      old: oldCredentials(item),
    })),
  );
  const nowMs = bench.services.clock.nowMs();
  return items.map((item, index) => {
    const answers = (all[index] ?? []).map(
      ({ versionId, outcome }): ProofAnswer => ({ versionId, ...outcome }),
    );
    const before = oldOf(item.rotating);
    if (answers.length !== before.length)
      throw new Error(`${item.ref}: ${before.length} to prove, ${answers.length} tried`);
    const next = tried(item.rotating, answers, nowMs);
    item.rotating = next;
    const entries = answers.map((answer) =>
      item.entry(bench.acting, {
        action: 'prove',
        outcome: answer.ok ? 'success' : 'error',
        atMs: nowMs,
        versionId: answer.versionId,
        reason: answer.ok ? answer.evidence : `${answer.reason}: ${answer.message}`,
      }),
    );
    return { item, next, entries, deliveries: [] };
  });
}

async function settle(bench: Bench, items: readonly BatchItem[]): Promise<Taken[]> {
  const nowMs = bench.services.clock.nowMs();
  return items.map((item) => {
    const undo = item.rotating.secret.rotation?.undo;
    // It went back to the version before, which is no success.
    const why = undo === undefined ? undefined : { reason: undo.code, message: undo.message };
    return taken(bench, item, 'settle', settled(item.rotating, nowMs), why);
  });
}
