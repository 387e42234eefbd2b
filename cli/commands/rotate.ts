import { planRotation } from '../../functions/plan-rotation/handler.ts';
import { requestRotation } from '../../functions/request-rotation/handler.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { confirmPlan } from '../looked-at-plan.ts';
import { insistOnCase, noteStep } from '../note-step.ts';
import { reportRequest } from '../report-request.ts';
import { renderRotationPlan } from '../screen/rotation-plan.ts';
import { withFace } from '../with-face.ts';

interface RotateOptions {
  readonly refs: readonly string[];
  readonly class?: string;
  readonly tenant?: string;
  readonly target?: string;
  readonly notBefore?: string;
  readonly reason?: string;
  readonly case?: string;
  readonly yes?: boolean;
  readonly planHash?: string;
  readonly plan?: boolean;
}

/** Shows what would be rotated, and asks other people for it. */
export async function rotate(context: Context, options: RotateOptions): Promise<ExitCode> {
  const { reason } = options;
  if (reason === undefined && options.plan !== true) throw reasonMissing();
  return withFace(context, async (face) => {
    await insistOnCase(context, face, options.case);
    const { class: className, tenant, target, notBefore, refs } = options;
    const names = { class: className, tenant, target, notBefore, refs: [...refs] };
    const { planHash, plan } = await face.call(planRotation, names);
    context.show(renderRotationPlan(plan, planHash));
    if (options.plan === true || reason === undefined) {
      if (context.json) context.print(JSON.stringify({ planHash, plan }));
      return EXIT.done;
    }
    await confirmPlan(context, options, planHash, {
      question: 'Request this of the people who approve?',
      safe: 'Nothing was requested.',
    });
    const { view } = await face.call(requestRotation, { planHash, reason });
    await noteStep(context, face, {
      caseId: options.case,
      operation: view.request,
    });
    return reportRequest(context, view);
  });
}

function reasonMissing(): RekeyError {
  return new RekeyError({
    code: 'reason-missing',
    family: 'Validation',
    message: '--reason says why, to those who approve and to whoever reads the audit',
    safe: 'Nothing was requested.',
    next: ['rekey rotate … --reason TEXT', 'rekey rotate … --plan'],
  });
}
