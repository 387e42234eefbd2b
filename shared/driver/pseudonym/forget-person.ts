import type { AuditEntry, AuditOutcome } from '../../domain/audit/entry.ts';
import { RekeyError } from '../../domain/errors.ts';
import { type Identity, personOf } from '../../domain/identity.ts';
import { forgetOperation, VOICE_LASTS_MS, VOICES_NEEDED } from '../../domain/pseudonym/forget.ts';
import { isThemselves } from '../../domain/quarantine/lift.ts';
import { quarantinedAs } from '../../domain/quarantine/record.ts';
import type { Needs } from '../services.ts';
import { type PlannedForget, planForget } from './plan-forget.ts';

export interface ForgetAsked {
  readonly named: string;
  readonly planHash: string;
  readonly reason: string;
  readonly identity: Identity;
  readonly source: string;
}

export interface Forgotten {
  readonly voices: readonly string[];
  /** Null until enough have said so. */
  readonly forgotten: {
    readonly pseudonyms: number;
    readonly irrevocableAtMs: number | null;
    readonly pending?: string;
  } | null;
}

type ForgetNeeds = Needs<'registry' | 'audit' | 'pseudonyms' | 'cases' | 'deadLetters' | 'clock'>;

/**
 * Leaves: one voice more for forgetting a person; with the second his key destroyed. What was written of it is durable first: a
 * key that is gone and nobody knows why there is not. Killed in between, the same voice again ends it.
 */
export async function forgetPerson(services: ForgetNeeds, asked: ForgetAsked): Promise<Forgotten> {
  const { registry, pseudonyms, clock } = services;
  const planned = await planForget(services, asked.named);
  const { plan, planHash } = planned;
  if (planHash !== asked.planHash) throw planChanged(planHash);
  if (asked.reason.includes(planned.name)) throw namesThePerson();
  const person = await personWhoMay(services, planned, asked);
  await refuseWhatIsNeeded(services, planned);
  const operation = forgetOperation(plan.pseudonym);
  const before = await voicesOf(services, operation);
  if (before.has(person) && before.size < VOICES_NEEDED) throw voicedAlready(person);
  const said = `for forgetting ${plan.pseudonym}: ${asked.reason}`;
  await registry.append([entryOf(asked, person, 'success', clock.nowMs(), { operation, reason: said })]);
  // Of two at once each looks again, and both end it.
  const voices = await voicesOf(services, operation);
  if (voices.size < VOICES_NEEDED) return { voices: [...voices], forgotten: null };
  // Before: on one machine what is destroyed last takes what was dropped with it out of the database's log.
  await dropLetters(services, planned.name);
  const { irrevocableAtMs, pending } = await pseudonyms.forget(planned.pseudonyms);
  return {
    voices: [...voices],
    forgotten: {
      pseudonyms: planned.pseudonyms.length,
      irrevocableAtMs,
      ...(pending === undefined ? {} : { pending }),
    },
  };
}

/** A voice is of somebody among people, and of nobody about himself: who reads what he should not would be the first to say it. */
async function personWhoMay(
  { registry, clock }: Needs<'registry' | 'clock'>,
  { plan, name }: PlannedForget,
  asked: ForgetAsked,
): Promise<string> {
  const { identity } = asked;
  const person = personOf(await registry.people(), identity);
  const own = person !== undefined && isThemselves(person, identity, name);
  if (person !== undefined && !own) return person.name;
  const [code, message] = own
    ? ['own-forgetting', 'nobody says so of himself: two others do']
    : ['person-unknown', `nobody among people is ${identity.way} ${identity.id}`];
  await registry.append([
    entryOf(asked, own ? plan.pseudonym : identity.id, 'denied', clock.nowMs(), {
      operation: forgetOperation(plan.pseudonym),
      reason: `${code}: for forgetting ${plan.pseudonym}`,
    }),
  ]);
  throw new RekeyError({
    code,
    family: 'Denied',
    message,
    safe: 'Nothing was forgotten.',
    next: ['rekey audit forget NAME --plan'],
  });
}

/** A hold says that it is needed yet; so does a case that is open, and a quarantine that stands: nobody could say any more against whom. */
async function refuseWhatIsNeeded(
  { registry, cases, clock }: Needs<'registry' | 'cases' | 'clock'>,
  { plan, name }: PlannedForget,
): Promise<void> {
  const nowMs = clock.nowMs();
  for (const className of plan.classes) {
    const untilMs = (await registry.classNamed(className))?.policy.retention?.holdUntilMs ?? 0;
    if (untilMs > nowMs)
      throw needed(
        'held',
        `class ${className} is held until ${new Date(untilMs).toISOString().slice(0, 10)}`,
        ['rekey audit forget NAME --plan, after that day'],
      );
  }
  const open = await cases.openOf({ principal: plan.pseudonym });
  if (open !== null)
    throw needed('case-open', `${open.id} is about that person, and open`, [`rekey case show ${open.id}`]);
  const standing = (await registry.quarantines()).find(({ principal }) => principal === quarantinedAs(name));
  if (standing !== undefined)
    throw needed('quarantine-standing', `${standing.id} stands against that person`, [
      `rekey quarantine show ${standing.id}`,
    ]);
}

async function voicesOf({ audit, clock }: Needs<'audit' | 'clock'>, operation: string): Promise<Set<string>> {
  const entries = await audit.find({
    action: ['forget'],
    outcome: ['success'],
    operation,
    sinceMs: clock.nowMs() - VOICE_LASTS_MS,
  });
  return new Set(entries.map(({ actor }) => actor.user));
}

function entryOf(
  { source }: ForgetAsked,
  who: string,
  outcome: AuditOutcome,
  atMs: number,
  about: { readonly operation: string; readonly reason: string },
): AuditEntry {
  return {
    v: 1,
    id: `${about.operation}:${atMs}:${outcome}:${who}`,
    atMs,
    action: 'forget',
    outcome,
    actor: { user: who },
    source,
    ...about,
  };
}

/** Records that were not understood are kept as they came. One that names him goes with him. */
async function dropLetters({ deadLetters }: Needs<'deadLetters'>, name: string): Promise<void> {
  const written = JSON.stringify(name).slice(1, -1);
  const letters = await deadLetters.list('unread', Number.MAX_SAFE_INTEGER);
  const his = letters.filter(({ body, why }) => body.includes(written) || why.includes(name));
  await deadLetters.remove(his.map(({ id }) => id));
}

function needed(code: string, message: string, next: readonly string[]): RekeyError {
  return new RekeyError({
    code,
    family: 'Conflict',
    message,
    safe: 'Nothing was forgotten.',
    next: [...next],
  });
}

function planChanged(planHash: string): RekeyError {
  return new RekeyError({
    code: 'plan-changed',
    family: 'Conflict',
    message: `the plan is ${planHash} now, another one was looked at`,
    safe: 'Nothing was forgotten.',
    next: ['rekey audit forget NAME --plan'],
  });
}

function namesThePerson(): RekeyError {
  return new RekeyError({
    code: 'reason-names-the-person',
    family: 'Validation',
    message: 'the reason has the name in it, and stays in the audit for good',
    safe: 'Nothing was forgotten.',
    next: ['the same command with the number of the request as its reason'],
  });
}

function voicedAlready(person: string): RekeyError {
  return new RekeyError({
    code: 'voiced-already',
    family: 'Denied',
    message: `${person} has said so already: one person, one voice`,
    safe: 'Nothing was forgotten.',
    next: ['rekey audit forget NAME --plan, by another person'],
  });
}
