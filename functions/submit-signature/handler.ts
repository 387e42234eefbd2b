import * as z from 'zod';
import type { CutRecord } from '../../shared/domain/cut.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { IncidentRecord, Signature } from '../../shared/domain/incident.ts';
import { PURPOSES } from '../../shared/domain/signature/statement.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { changeIncident, incidentEntry, incidentNamed } from '../../shared/driver/change-incident.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { judgeIncident, SIGNATURE_HOLDS_MS } from '../../shared/driver/judge-incident.ts';
import type { Needs } from '../../shared/driver/services.ts';
import { refuseUnsignable } from '../../shared/driver/unsignable.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import type { UndoneCut } from '../../shared/ports/workers.ts';

/** Targets whose cut is undone at once. */
const AT_ONCE = 8;

/**
 * Leaves: a signature over what is there now, kept where it counts: of a person applied before the incident, by that person's
 * own key. With the last one that is needed, what it was signed for begins.
 */
export const submitSignature = defineFunction({
  name: 'SubmitSignature',
  needs: ['registry', 'workflows', 'workers', 'clock'],
  input: {
    incidentId: z.string(),
    purpose: z.enum(PURPOSES),
    person: z.string(),
    /** Armoured SSH signature over the statement that PrepareSignature answered. */
    armored: z.string(),
    expiresAtMs: z.number(),
  },
  output: {
    enough: z.boolean(),
    counted: z.array(z.string()),
    restored: z.array(z.string()),
    failed: z.array(z.object({ ref: z.string(), message: z.string() })),
  },
  async run({ incidentId, purpose, person, armored, expiresAtMs }, services, context) {
    const caller = callerOf(context);
    const before = await incidentNamed(services, incidentId);
    await refuseUnsignable(services, before, purpose);
    const nowMs = services.clock.nowMs();
    if (expiresAtMs > nowMs + SIGNATURE_HOLDS_MS) throw refused(before, person, 'it would hold for too long');
    const signature: Signature = { person, armored, atMs: nowMs, expiresAtMs };
    const judged = await judgeIncident(services, withSignature(before, signature), purpose);
    if (!judged.counted.includes(person)) {
      const reason = judged.refused.find((one) => one.person === person)?.reason;
      throw refused(before, person, reason ?? 'another person has signed with this key');
    }
    const incident = await changeIncident(services, incidentId, (current) => ({
      incident: withSignature(current, signature),
      entries: [
        incidentEntry(current, {
          action: 'sign',
          atMs: nowMs,
          actor: { user: person },
          source: caller.source,
          place: `${purpose}.${person}.${nowMs}`,
          reason: `${purpose}: fates ${judged.fatesDigest}, handed in by ${caller.user}`,
        }),
      ],
    }));
    const { enough, counted } = await judgeIncident(services, incident, purpose);
    const done = { enough, counted: [...counted], restored: [], failed: [] };
    if (!enough) return done;
    if (purpose === 'restore') return { ...done, ...(await restore(services, incidentId, caller.user)) };
    if (incident.reopenToken !== undefined)
      await services.workflows.answer(incident.reopenToken, { again: false });
    return done;
  },
});

/**
 * A mistaken alarm: what was cut and not re-issued is switched on again, at each target by itself; the fence falls with it.
 * What was off before stays off; what was re-issued stays re-issued. A workflow that waits for people has its answer then.
 */
async function restore(services: Needs<'registry' | 'workflows' | 'workers'>, id: string, user: string) {
  const { registry, workflows, workers } = services;
  const undone = await inParallel(await registry.cuts(id), AT_ONCE, (cut) => restoreAt(services, cut, user));
  const restored = undone.flatMap((one) => [...one.restored]);
  const failed = undone.flatMap((one) => [...one.failed]);
  if (!(await workers.restoreClass({ incidentId: id })).restored) return { restored, failed };
  const { reopenToken } = await incidentNamed(services, id);
  if (reopenToken !== undefined) await workflows.answer(reopenToken, { again: false });
  return { restored, failed };
}

/** A worker that could not be asked, or died, holds up no other target: what it was to switch on counts as off. */
async function restoreAt(
  { workers }: Needs<'workers'>,
  { incident, target, cut }: CutRecord,
  user: string,
): Promise<UndoneCut> {
  try {
    return await workers.restoreTarget({ incidentId: incident, targetId: target, user });
  } catch (error) {
    const later = error instanceof RekeyError && (error.retryable || error.family === 'OutcomeUnknown');
    if (!later) throw error;
    return { restored: [], failed: cut.map((ref) => ({ ref, message: error.message })) };
  }
}

function withSignature(incident: IncidentRecord, signature: Signature): IncidentRecord {
  const others = incident.signatures.filter((other) => other.person !== signature.person);
  return { ...incident, signatures: [...others, signature] };
}

function refused({ id }: IncidentRecord, person: string, reason: string): RekeyError {
  return new RekeyError({
    code: 'signature-refused',
    family: 'Denied',
    message: `the signature of ${person} does not count: ${reason}`,
    safe: 'Nothing was changed.',
    next: [`rekey incident show ${id}`],
  });
}
