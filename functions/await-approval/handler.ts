import * as z from 'zod';
import { changeRequest } from '../../shared/driver/change-request.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { wakeWorkflow } from '../../shared/driver/wake-workflow.ts';

/** Leaves: the request waiting for people; what the last of them wakes is kept in the registry and never leaves it. */
export const awaitApproval = defineFunction({
  name: 'AwaitApproval',
  needs: ['registry', 'workflows'],
  input: { requestId: z.string(), taskToken: z.string() },
  output: {},
  async run({ requestId, taskToken }, services) {
    const request = await changeRequest(services, requestId, (before) =>
      before.state === 'pending' && before.taskToken !== taskToken
        ? { request: { ...before, taskToken }, entries: [] }
        : null,
    );
    // Decided before it could wait: nobody else would wake it.
    if (request.state !== 'pending') await wakeWorkflow(services, { taskToken });
    return {};
  },
});
