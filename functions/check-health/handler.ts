import * as z from 'zod';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { TargetRecord } from '../../shared/domain/target.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { Finding } from '../../shared/driver/finding.ts';
import { openTarget } from '../../shared/driver/open-target.ts';
import type { Needs } from '../../shared/driver/services.ts';

/** Answers whether everything that an incident needs is in order. Changes nothing. */
export const checkHealth = defineFunction({
  name: 'CheckHealth',
  needs: ['registry', 'store', 'rotators', 'clock'],
  input: {},
  output: { findings: z.array(Finding) },
  async run(_input, services, context) {
    callerOf(context);
    const { people, targets, secrets } = await services.registry.enrolment();
    const signers = people.filter((person) => person.sshKeys.length > 0).length;
    const empty = secrets.filter((secret) => secret.currentVersionId === undefined);
    return {
      findings: [
        {
          what: 'people',
          ok: signers >= 2,
          detail: `${signers} can sign${signers >= 2 ? '' : ': a fenced class takes two to re-open'}`,
        },
        ...(await Promise.all(targets.map((target) => targetFinding(services, target)))),
        {
          what: 'secrets',
          ok: empty.length === 0,
          detail:
            empty.length === 0
              ? `${secrets.length} have a value`
              : `${empty.length} have no value, ${empty[0]?.ref} among them: rekey import`,
        },
      ],
    };
  },
});

async function targetFinding(
  services: Needs<'registry' | 'store' | 'rotators' | 'clock'>,
  target: TargetRecord,
): Promise<Finding> {
  try {
    const session = await openTarget(services, target, {
      writer: 'rekey/doctor',
      through: undefined,
      signal: AbortSignal.timeout(10_000),
    });
    await session.close();
    return { what: `target ${target.id}`, ok: true, detail: 'its admin credential logs in' };
  } catch (error) {
    if (!(error instanceof RekeyError)) throw error;
    return { what: `target ${target.id}`, ok: false, detail: error.message };
  }
}
