import * as z from 'zod';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { createResolver } from '../../shared/driver/resolver.ts';

/** Answers the current value to a reader, after the entry that says so: the one function whose answer holds a value. */
export const readSecret = defineFunction({
  name: 'ReadSecret',
  needs: ['registry', 'store', 'clock', 'random'],
  input: { ref: z.string(), agent: z.string().optional(), workflowId: z.string().optional() },
  output: { value: z.string(), versionId: z.string() },
  async run({ ref, agent, workflowId }, services, context) {
    const { user, source } = callerOf(context);
    return {
      ...(await createResolver(services).read(ref, {
        user,
        source,
        ...(agent === undefined ? {} : { agent }),
        ...(workflowId === undefined ? {} : { workflowId }),
      })),
    };
  },
});
