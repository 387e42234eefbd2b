import * as z from 'zod';
import { given } from '../../shared/domain/given.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { createResolver } from '../../shared/driver/resolver.ts';

const Named = z.string().min(1).max(200);

/** Answers the current value to a reader, after the entry that says so: the one function whose answer holds a value. */
export const readSecret = defineFunction({
  name: 'ReadSecret',
  needs: ['registry', 'store', 'lateReads', 'pseudonyms', 'clock', 'random'],
  input: {
    ref: z.string(),
    /** What the caller says of itself; who it is, whoever signed says. */
    agent: Named.optional(),
    workflowId: Named.optional(),
    runId: Named.optional(),
  },
  output: { value: z.string(), versionId: z.string() },
  async run({ ref, agent, workflowId, runId }, services, context) {
    const { user, source } = callerOf(context);
    return {
      ...(await createResolver(services).read(ref, {
        user,
        source,
        ...given('agent', agent),
        ...given('workflowId', workflowId),
        ...given('runId', runId),
      })),
    };
  },
});
