import { liftQuarantine } from '../../functions/lift-quarantine/handler.ts';
import { listQuarantines } from '../../functions/list-quarantines/handler.ts';
import { planQuarantine } from '../../functions/plan-quarantine/handler.ts';
import { quarantinePrincipal } from '../../functions/quarantine-principal/handler.ts';
import { showQuarantine as show } from '../../functions/show-quarantine/handler.ts';
import { signWithKeyFile } from '../../local/ssh/sign.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { liftBytes, liftStatement } from '../../shared/domain/quarantine/lift.ts';
import { isStanding, type Quarantine } from '../../shared/domain/quarantine/record.ts';
import { SIGNATURE_NAMESPACE } from '../../shared/domain/signature/ssh-signature.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { confirmPlan } from '../looked-at-plan.ts';
import { quarantineLines, quarantinePlanLines } from '../screen/quarantine.ts';
import { withFace } from '../with-face.ts';

/** Shows what it will do, asks, and refuses the principal. */
export async function quarantine(
  context: Context,
  options: {
    readonly principal?: string;
    readonly reason?: string;
    readonly case?: string;
    readonly plan?: boolean;
    readonly yes?: boolean;
    readonly planHash?: string;
  },
): Promise<ExitCode> {
  const { principal, reason } = options;
  if (principal === undefined) throw missing('--principal says who');
  return withFace(context, async (face) => {
    const planned = await face.call(planQuarantine, { principal });
    const { plan, planHash, read } = planned;
    for (const line of quarantinePlanLines(plan, planHash, read)) context.say(line);
    if (options.plan === true) {
      if (context.json) context.print(JSON.stringify(planned));
      return EXIT.done;
    }
    if (reason === undefined) throw missing('--reason says why: whoever lifts it asks');
    await confirmPlan(context, options, planHash, {
      question: 'Refuse it every secret?',
      safe: 'Nothing was changed.',
    });
    const { quarantine: done } = await face.call(quarantinePrincipal, {
      principal,
      planHash,
      reason,
      ...(options.case === undefined ? {} : { caseId: options.case }),
    });
    return report(context, done);
  });
}

function missing(message: string): RekeyError {
  return new RekeyError({
    code: 'option-missing',
    family: 'Validation',
    message,
    safe: 'Nothing was changed.',
    next: ['rekey quarantine --principal NAME --reason TEXT'],
  });
}

export async function listStanding(context: Context): Promise<ExitCode> {
  return withFace(context, async (face) => {
    const { quarantines } = await face.call(listQuarantines, {});
    if (context.json) context.print(JSON.stringify(quarantines));
    else for (const one of quarantines) context.print(quarantineLines(one)[0] ?? '');
    if (quarantines.length === 0) context.say('none stands');
    return EXIT.done;
  });
}

export async function showQuarantine(
  context: Context,
  { quarantine: quarantineId }: { readonly quarantine: string },
): Promise<ExitCode> {
  return withFace(context, async (face) =>
    report(context, (await face.call(show, { quarantineId })).quarantine),
  );
}

/** One voice; the second lifts it. */
export async function lift(
  context: Context,
  {
    quarantine: quarantineId,
    reason,
    key,
  }: { readonly quarantine: string; readonly reason: string; readonly key?: string },
): Promise<ExitCode> {
  return withFace(context, async (face) => {
    const { quarantine: before } = await face.call(show, { quarantineId });
    const { quarantine: after } = await face.call(liftQuarantine, {
      quarantineId,
      reason,
      ...(key === undefined ? {} : { armored: await signed(before, key) }),
    });
    report(context, after);
    return isStanding(after) ? EXIT.awaitingPeople : EXIT.done;
  });
}

function signed(before: Quarantine, keyFile: string): Promise<string> {
  return signWithKeyFile({
    keyFile,
    namespace: SIGNATURE_NAMESPACE,
    message: liftBytes(liftStatement(before)),
  });
}

function report(context: Context, quarantine: Quarantine): ExitCode {
  if (context.json) context.print(JSON.stringify(quarantine));
  else for (const line of quarantineLines(quarantine)) context.print(line);
  return EXIT.done;
}
