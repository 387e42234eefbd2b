import * as z from 'zod';
import { callerOf } from '../../shared/driver/caller.ts';
import { cancelRequest as cancel } from '../../shared/driver/cancel-request.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { identityOf } from '../../shared/driver/identity-of.ts';
import { type RequestView, requestView } from '../../shared/driver/request-view.ts';

/** Leaves: the caller's own request withdrawn, as long as it has not begun. */
export const cancelRequest = defineFunction({
  name: 'CancelRequest',
  needs: ['registry', 'workflows', 'clock'],
  input: { requestId: z.string() },
  output: { view: z.custom<RequestView>() },
  async run({ requestId }, services, context) {
    const caller = callerOf(context);
    const identity = identityOf(caller);
    const request = await cancel(services, { requestId, identity, source: caller.source });
    return { view: requestView(request, services.clock.nowMs()) };
  },
});
