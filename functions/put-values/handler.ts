import * as z from 'zod';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { noteIdentities } from '../../shared/driver/note-identities.ts';
import { putValues as put } from '../../shared/driver/put-values.ts';

/** Leaves: values that people bring stored, all or none, and their accounts looked at where the targets answer. */
export const putValues = defineFunction({
  name: 'PutValues',
  needs: ['registry', 'store', 'keys', 'rotators', 'clock', 'random'],
  input: {
    values: z.array(z.strictObject({ ref: z.string(), value: z.string().min(1) })),
    /** False: what has a value already is left alone. */
    replace: z.boolean(),
  },
  output: {
    put: z.array(z.object({ ref: z.string(), versionId: z.string() })),
    seen: z.number(),
    unseen: z.array(z.object({ target: z.string(), message: z.string() })),
  },
  async run({ values, replace }, services, context) {
    const { user, source } = callerOf(context);
    const stored = await put(services, values, { user, source, replace });
    const looked = await noteIdentities(
      services,
      stored.map(({ ref }) => ref),
    );
    return { put: stored, ...looked };
  },
});
