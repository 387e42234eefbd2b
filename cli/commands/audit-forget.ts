import { forgetPerson } from '../../functions/forget-person/handler.ts';
import { planForget } from '../../functions/plan-forget/handler.ts';
import { signWithKeyFile } from '../../local/ssh/sign.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import {
  type ForgetOutlook,
  type ForgetPlan,
  forgetBytes,
  VOICES_NEEDED,
} from '../../shared/domain/pseudonym/forget.ts';
import { SIGNATURE_NAMESPACE } from '../../shared/domain/signature/ssh-signature.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { confirmPlan } from '../looked-at-plan.ts';
import { moment } from '../screen/moment.ts';
import { withFace } from '../with-face.ts';

/** Shows what it comes to, asks, and gives one voice; with the second nobody can say any more whose the entries are. */
export async function forget(
  context: Context,
  {
    person,
    ...options
  }: {
    readonly person: string;
    readonly reason?: string;
    readonly key?: string;
    readonly plan?: boolean;
    readonly yes?: boolean;
    readonly planHash?: string;
  },
): Promise<ExitCode> {
  return withFace(context, async (face) => {
    const planned = await face.call(planForget, { person });
    const { plan, planHash, outlook } = planned;
    for (const line of planLines(plan, planHash, outlook)) context.say(line);
    if (options.plan === true) {
      if (context.json) context.print(JSON.stringify(planned));
      return EXIT.done;
    }
    const { reason } = options;
    if (reason === undefined) throw missing();
    await confirmPlan(context, options, planHash, {
      question: 'Forget who it was, for good?',
      safe: 'Nothing was forgotten.',
    });
    const { key } = options;
    const done = await face.call(forgetPerson, {
      person,
      planHash,
      reason,
      ...(key === undefined ? {} : { armored: await signed(plan, key) }),
    });
    if (context.json) context.print(JSON.stringify(done));
    const { voices, forgotten } = done;
    if (forgotten === null) {
      context.say(`${voices.length} of ${VOICES_NEEDED} have said so: ${voices.join(', ')}`);
      return EXIT.awaitingPeople;
    }
    const { irrevocableAtMs, pending } = forgotten;
    const when = irrevocableAtMs === null ? 'not yet irrevocably' : `for good ${moment(irrevocableAtMs)}`;
    context.say(
      `${plan.pseudonym} is nobody’s, ${when}${pending === undefined ? '' : `: ${pending}`}; the chain is as it was`,
    );
    return EXIT.done;
  });
}

function planLines(plan: ForgetPlan, planHash: string, outlook: ForgetOutlook): string[] {
  const { entries, inClear, addresses } = outlook;
  return [
    `forgetting ${plan.pseudonym}: its key is destroyed, and nobody can say any more whose it was`,
    `  entries     ${entries}, in ${plan.classes.length === 0 ? 'no class' : plan.classes.join(', ')}: they stay`,
    `  addresses   ${addresses} of nobody else go with it`,
    ...(inClear === 0
      ? []
      : [`  in clear    ${inClear} entries have the name itself, and keep it: the chain is not rewritten`]),
    `  needs       ${VOICES_NEEDED} people, and cannot be taken back`,
    `  plan        ${planHash}`,
  ];
}

function missing(): RekeyError {
  return new RekeyError({
    code: 'option-missing',
    family: 'Validation',
    message: '--reason says why: it stays in the audit, and must not name the person',
    safe: 'Nothing was forgotten.',
    next: ['rekey audit forget NAME --reason TEXT'],
  });
}

function signed(plan: ForgetPlan, keyFile: string): Promise<string> {
  return signWithKeyFile({ keyFile, namespace: SIGNATURE_NAMESPACE, message: forgetBytes(plan) });
}
