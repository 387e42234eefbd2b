import { decideRequest } from '../../functions/decide-request/handler.ts';
import { showRequest } from '../../functions/show-request/handler.ts';
import { signWithKeyFile } from '../../local/ssh/sign.ts';
import { decisionBytes, decisionStatement } from '../../shared/domain/request/statement.ts';
import { SIGNATURE_NAMESPACE } from '../../shared/domain/signature/ssh-signature.ts';
import type { RequestView } from '../../shared/driver/request-view.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { confirmPlan } from '../looked-at-plan.ts';
import { reportRequest } from '../report-request.ts';
import { renderRotationPlan } from '../screen/rotation-plan.ts';
import { withFace } from '../with-face.ts';

interface DecideOptions {
  readonly request: string;
  readonly key?: string;
  readonly reason?: string;
  readonly yes?: boolean;
  readonly planHash?: string;
}

export async function approve(context: Context, options: DecideOptions): Promise<ExitCode> {
  return decide(context, 'approve', options);
}

export async function deny(context: Context, options: DecideOptions): Promise<ExitCode> {
  return decide(context, 'deny', options);
}

/** Shows what is decided on, asks, and says it: by the key on this machine, which goes nowhere, or as whoever signs for AWS. */
async function decide(
  context: Context,
  decision: 'approve' | 'deny',
  options: DecideOptions,
): Promise<ExitCode> {
  return withFace(context, async (face) => {
    const { view, plan } = await face.call(showRequest, { requestId: options.request });
    const { planHash } = view;
    context.show(renderRotationPlan(plan, planHash));
    context.say(`  requested   by ${view.requester.person} (${view.requester.way}): ${view.reason}`);
    await confirmPlan(context, options, planHash, {
      question: `${decision === 'approve' ? 'Approve' : 'Deny'} exactly this plan?`,
      safe: 'Nothing was decided.',
      command: `rekey ${decision} ${options.request}`,
    });
    const { reason, key } = options;
    const decided = await face.call(decideRequest, {
      requestId: view.request,
      decision,
      planHash,
      ...(reason === undefined ? {} : { reason }),
      ...(key === undefined ? {} : { armored: await signed(view, decision, key) }),
    });
    const code = reportRequest(context, decided.view);
    // To deny is what was asked for.
    return decision === 'deny' && decided.view.state === 'declined' ? EXIT.done : code;
  });
}

function signed(view: RequestView, decision: 'approve' | 'deny', keyFile: string): Promise<string> {
  const statement = decisionStatement({ ...view, id: view.request }, decision);
  return signWithKeyFile({
    keyFile,
    namespace: SIGNATURE_NAMESPACE,
    message: decisionBytes(statement),
  });
}
