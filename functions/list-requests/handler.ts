import * as z from 'zod';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { type RequestView, requestView } from '../../shared/driver/request-view.ts';

/** Answers every request, oldest first. */
export const listRequests = defineFunction({
  name: 'ListRequests',
  needs: ['registry', 'clock'],
  input: {},
  output: { requests: z.array(z.custom<RequestView>()) },
  async run(_input, { registry, clock }, context) {
    callerOf(context);
    const nowMs = clock.nowMs();
    return { requests: (await registry.requests()).map((request) => requestView(request, nowMs)) };
  },
});
