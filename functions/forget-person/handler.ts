import * as z from 'zod';
import { RekeyError } from '../../shared/domain/errors.ts';
import { forgetBytes } from '../../shared/domain/pseudonym/forget.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { identityOf } from '../../shared/driver/identity-of.ts';
import { forgetPerson as forget } from '../../shared/driver/pseudonym/forget-person.ts';
import { planForget } from '../../shared/driver/pseudonym/plan-forget.ts';
import { signerOf } from '../../shared/driver/signer-key.ts';

/** Leaves: one voice for forgetting a person, of the caller as IAM verified him or of whoever’s key signed; with the second it is done. */
export const forgetPerson = defineFunction({
  name: 'ForgetPerson',
  needs: ['registry', 'audit', 'pseudonyms', 'cases', 'deadLetters', 'clock'],
  input: {
    person: z.string().min(1).max(512),
    planHash: z.string(),
    reason: z.string().min(1).max(500),
    /** Armoured SSH signature over the plan. */
    armored: z.string().optional(),
  },
  output: {
    voices: z.array(z.string()),
    forgotten: z
      .object({
        pseudonyms: z.number(),
        irrevocableAtMs: z.number().nullable(),
        pending: z.string().optional(),
      })
      .nullable(),
  },
  async run({ person, planHash, reason, armored }, services, context) {
    const caller = callerOf(context);
    const own = identityOf(caller);
    if (armored === undefined && own.way === 'os') throw signatureMissing();
    const identity =
      armored === undefined
        ? own
        : await signerOf(services, armored, {
            bytes: forgetBytes((await planForget(services, person)).plan),
            what: 'this forgetting',
            next: 'rekey audit forget NAME --plan',
          });
    const { voices, forgotten } = await forget(services, {
      named: person,
      planHash,
      reason,
      identity,
      source: caller.source,
    });
    return { voices: [...voices], forgotten };
  },
});

function signatureMissing(): RekeyError {
  return new RekeyError({
    code: 'signature-missing',
    family: 'Denied',
    message: 'on one machine people say so by keys of their own: whoever can be one user here can be any',
    safe: 'Nothing was forgotten.',
    next: ['rekey audit forget NAME --reason TEXT --key FILE'],
  });
}
