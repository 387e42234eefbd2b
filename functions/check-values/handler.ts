import * as z from 'zod';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { refusalsOf } from '../../shared/driver/put-values.ts';

/** Answers what stands against putting values of these references, by their place. Changes nothing; no value is sent. */
export const checkValues = defineFunction({
  name: 'CheckValues',
  needs: ['registry'],
  input: { refs: z.array(z.string()) },
  output: { refusals: z.array(z.object({ index: z.number(), message: z.string() })) },
  async run({ refs }, services, context) {
    callerOf(context);
    return {
      refusals: await refusalsOf(
        services,
        refs.map((ref) => ({ ref })),
      ),
    };
  },
});
