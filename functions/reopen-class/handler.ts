import * as z from 'zod';
import { changeIncident, incidentEntry, incidentNamed } from '../../shared/driver/change-incident.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { heldClosed } from '../../shared/driver/held-closed.ts';
import { judgeIncident, signaturesMissing } from '../../shared/driver/judge-incident.ts';
import type { Needs } from '../../shared/driver/services.ts';

/**
 * Leaves: the new epoch's key open and the fence lifted, if two people's signatures hold for what is there now. Where another
 * fence of the class keeps the key closed it stays so. Of a mistaken
 * alarm that was undone nothing is left to re-open: nobody has signed for that, and the machine goes on to its end.
 */
export const reopenClass = defineFunction({
  name: 'ReopenClass',
  needs: ['registry', 'keys', 'clock'],
  input: { incidentId: z.string() },
  output: { by: z.array(z.string()) },
  async run({ incidentId }, services) {
    const incident = await incidentNamed(services, incidentId);
    if (incident.state === 'restored') return { by: [] };
    const judged = await judgeIncident(services, incident, 'reopen');
    if (!judged.enough) {
      await dropVoid(services, incidentId, judged.counted);
      throw signaturesMissing(incident, 'reopen', judged.counted);
    }
    const key = await services.keys.ensure(incident.plan.scope.className, incident.epoch, 'closed');
    const held = (await heldClosed(services, incident, [key])).has(key.id);
    if (!held) await services.keys.open(key.id);
    const nowMs = services.clock.nowMs();
    await changeIncident(services, incidentId, (before) => {
      const { reopenToken: _reopenToken, ...rest } = before;
      return {
        incident: { ...rest, state: 'open', reopenedAtMs: nowMs },
        lift: true,
        entries: [
          incidentEntry(before, {
            action: 'key-open',
            atMs: nowMs,
            place: key.id,
            ...(held
              ? { outcome: 'denied', reason: `${key.id}: another fence of the class keeps it closed` }
              : { reason: key.id }),
          }),
          incidentEntry(before, { action: 'unfence', atMs: nowMs }),
          incidentEntry(before, {
            action: 'reopen',
            atMs: nowMs,
            reason: `signed by ${judged.counted.join(' and ')}`,
          }),
        ],
      };
    });
    return { by: [...judged.counted] };
  },
});

/** What was signed is no longer what is there: who signed it is to see that, and sign again. */
async function dropVoid(
  services: Needs<'registry' | 'clock'>,
  incidentId: string,
  counted: readonly string[],
): Promise<void> {
  const atMs = services.clock.nowMs();
  await changeIncident(services, incidentId, (before) => ({
    incident: {
      ...before,
      signatures: before.signatures.filter(({ person }) => counted.includes(person)),
    },
    entries: before.signatures
      .filter(({ person }) => !counted.includes(person))
      .map(({ person, atMs: signedAtMs }) =>
        incidentEntry(before, {
          action: 'sign',
          outcome: 'denied',
          atMs,
          actor: { user: person },
          place: `void.${person}.${signedAtMs}`,
          reason: 'the signature does not hold for what is there now',
        }),
      ),
  }));
}
