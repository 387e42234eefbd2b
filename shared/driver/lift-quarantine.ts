import type { AuditEntry } from '../domain/audit/entry.ts';
import { RekeyError } from '../domain/errors.ts';
import { given } from '../domain/given.ts';
import type { Identity } from '../domain/identity.ts';
import { judgeLift, type LiftJudgement, withLift } from '../domain/quarantine/lift.ts';
import { isStanding, type Quarantine } from '../domain/quarantine/record.ts';
import { inTheChain } from './pseudonym/name-people.ts';
import type { Needs } from './services.ts';

export interface LiftAsked {
  readonly quarantineId: string;
  readonly identity: Identity;
  readonly armored?: string | undefined;
  readonly reason: string;
  readonly source: string;
  /** Who handed it in, where that is another. */
  readonly through: string;
}

/** Throws `NotFound` `quarantine-unknown`. */
export async function quarantineNamed({ registry }: Needs<'registry'>, id: string): Promise<Quarantine> {
  const quarantine = await registry.quarantineNamed(id);
  if (quarantine !== null) return quarantine;
  throw new RekeyError({
    code: 'quarantine-unknown',
    family: 'NotFound',
    message: `there is no quarantine ${id}`,
    next: ['rekey quarantine list'],
  });
}

/**
 * Leaves: one voice more for lifting; with the second the principal is let in again, first beyond the resolver and then by it: what
 * could not be opened stays closed everywhere. A voice that does not count leaves an entry that says why.
 */
export async function liftQuarantine(
  services: Needs<'registry' | 'principalFence' | 'pseudonyms' | 'clock'>,
  asked: LiftAsked,
): Promise<Quarantine> {
  const { registry, principalFence, clock } = services;
  const people = await registry.people();
  for (;;) {
    const before = await quarantineNamed(services, asked.quarantineId);
    const called = await inTheChain(services, before.principal);
    const judged = judgeLift(before, asked.identity, people);
    const atMs = clock.nowMs();
    if (!judged.counts) {
      await registry.append([liftEntry({ ...before, principal: called }, asked, atMs, judged)]);
      throw refused(before, judged);
    }
    const after = withLift(before, {
      person: judged.person,
      way: asked.identity.way,
      atMs,
      ...given('armored', asked.armored),
    });
    if (!isStanding(after)) await principalFence.open(after.principal);
    if (
      await registry.saveQuarantine(isStanding(after) ? after : kept(after, called), [
        liftEntry({ ...after, principal: called }, asked, atMs, judged),
      ])
    )
      return { ...after, revision: before.revision + 1 };
  }
}

/** What is over is kept as the chain has it: whoever is forgotten afterwards is in no record of it. */
function kept(lifted: Quarantine, called: string): Quarantine {
  return called === lifted.principal ? lifted : { ...lifted, principal: called, planHash: '' };
}

function liftEntry(
  quarantine: Quarantine,
  { identity, through, source, reason }: LiftAsked,
  atMs: number,
  judged: LiftJudgement,
): AuditEntry {
  const { id, lifts, principal } = quarantine;
  const how = `by ${identity.way}, handed in by ${through}`;
  const what = isStanding(quarantine) ? `${lifts.length} of 2 for lifting` : 'lifted';
  return {
    v: 1,
    id: `quarantine:${id}:lift:${judged.counts ? judged.person : `refused.${identity.id.slice(-16)}.${atMs}`}`,
    atMs,
    action: 'quarantine',
    outcome: judged.counts ? 'success' : 'denied',
    actor: { user: judged.counts ? judged.person : identity.id },
    source,
    operation: id,
    reason: judged.counts
      ? `${what}: ${principal}, ${how}: ${reason}`
      : `${judged.ground}, ${how}: ${judged.message}`,
  };
}

function refused(
  { id }: Quarantine,
  { ground, message }: Extract<LiftJudgement, { counts: false }>,
): RekeyError {
  return new RekeyError({
    code: ground,
    family: ground === 'quarantine-lifted' ? 'Conflict' : 'Denied',
    message,
    safe: 'The quarantine stands as it did.',
    next: [`rekey quarantine show ${id}`],
  });
}
