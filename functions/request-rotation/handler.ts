import * as z from 'zod';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { identityOf } from '../../shared/driver/identity-of.ts';
import { reasonText } from '../../shared/driver/reason-text.ts';
import { requestRotation as request } from '../../shared/driver/request-rotation.ts';
import { type RequestView, requestView } from '../../shared/driver/request-view.ts';

/** Leaves: the plan that was shown as a pending request of the person who calls, and its workflow asked for. */
export const requestRotation = defineFunction({
  name: 'RequestRotation',
  needs: ['registry', 'plans', 'rotators', 'workflows', 'clock', 'random'],
  input: { planHash: z.string(), reason: reasonText },
  output: { view: z.custom<RequestView>() },
  async run({ planHash, reason }, services, context) {
    const caller = callerOf(context);
    const { source } = caller;
    const made = await request(services, { planHash, reason, identity: identityOf(caller), source });
    return { view: requestView(made, services.clock.nowMs()) };
  },
});
