import * as z from 'zod';
import { RekeyError } from '../../shared/domain/errors.ts';
import { decisionBytes, decisionStatement } from '../../shared/domain/request/statement.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { requestNamed } from '../../shared/driver/change-request.ts';
import { decideRequest as decide } from '../../shared/driver/decide-request.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { identityOf } from '../../shared/driver/identity-of.ts';
import { reasonText } from '../../shared/driver/reason-text.ts';
import { type RequestView, requestView } from '../../shared/driver/request-view.ts';
import { signerOf } from '../../shared/driver/signer-key.ts';

/**
 * Leaves: what a person says to a request, where it counts: the caller, as IAM verified him, or whoever's key signed. The
 * operating system's user decides nothing alone.
 */
export const decideRequest = defineFunction({
  name: 'DecideRequest',
  needs: ['registry', 'workflows', 'clock'],
  input: {
    requestId: z.string(),
    decision: z.enum(['approve', 'deny']),
    /** Of the plan that he was shown. */
    planHash: z.string(),
    reason: reasonText.optional(),
    /** Armoured SSH signature over the decision's statement. */
    armored: z.string().optional(),
  },
  output: { view: z.custom<RequestView>() },
  async run({ requestId, decision, planHash, reason, armored }, services, context) {
    const caller = callerOf(context);
    const said = { requestId, decision, planHash, reason, source: caller.source };
    const own = identityOf(caller);
    if (armored === undefined && own.way === 'os') throw signatureMissing(requestId, decision);
    const request = await decide(
      services,
      armored === undefined
        ? { ...said, identity: own }
        : { ...said, ...(await signedBy(armored)), through: caller.user },
    );
    return { view: requestView(request, services.clock.nowMs()) };

    async function signedBy(armored: string) {
      const before = await requestNamed(services, requestId);
      const statement = decisionStatement({ ...before, planHash }, decision);
      const identity = await signerOf(services, armored, {
        bytes: decisionBytes(statement),
        what: `this decision on ${requestId} and the plan ${planHash}`,
        next: `rekey request show ${requestId}`,
      });
      return { identity, signature: { armored, expiresAtMs: statement.expiresAtMs } };
    }
  },
});

function signatureMissing(requestId: string, decision: string): RekeyError {
  return new RekeyError({
    code: 'signature-missing',
    family: 'Denied',
    message:
      'on one machine another person decides by a key of his own: whoever can be one user here can be any',
    safe: 'Nothing was changed.',
    next: [`rekey ${decision} ${requestId} --key FILE`],
  });
}
