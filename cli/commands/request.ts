import { cancelRequest as cancelFunction } from '../../functions/cancel-request/handler.ts';
import { listRequests as list } from '../../functions/list-requests/handler.ts';
import { showRequest as show } from '../../functions/show-request/handler.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { reportRequest } from '../report-request.ts';
import { renderRotationPlan, scopeText } from '../screen/rotation-plan.ts';
import { withFace } from '../with-face.ts';

export async function listRequests(context: Context): Promise<ExitCode> {
  return withFace(context, async (face) => {
    const { requests } = await face.call(list, {});
    if (context.json) context.print(JSON.stringify(requests));
    else if (requests.length === 0) context.print('no requests');
    else {
      for (const { request, state, scope, requester, requestedAtMs, missing } of requests) {
        const waits = missing === 0 ? '' : `  ${missing} more to approve`;
        const asked = new Date(requestedAtMs).toISOString();
        context.print(`${request}  ${state}  ${scopeText(scope)}  ${asked}  by ${requester.person}${waits}`);
      }
    }
    return EXIT.done;
  });
}

export async function showRequest(
  context: Context,
  { request }: { readonly request: string },
): Promise<ExitCode> {
  return withFace(context, async (face) => {
    const { view, plan, failure } = await face.call(show, { requestId: request });
    context.show(renderRotationPlan(plan, view.planHash));
    if (failure !== null) context.say(`its workflow failed: ${failure.error}: ${failure.cause}`);
    const code = reportRequest(context, view);
    return failure === null ? code : EXIT.failed;
  });
}

export async function cancel(context: Context, { request }: { readonly request: string }): Promise<ExitCode> {
  return withFace(context, async (face) => {
    const { view } = await face.call(cancelFunction, { requestId: request });
    reportRequest(context, view);
    return EXIT.done;
  });
}
