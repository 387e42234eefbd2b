import * as z from 'zod';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { putValues as put } from '../../shared/driver/put-values.ts';
import type { Needs } from '../../shared/driver/services.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import type { SeenAccounts } from '../../shared/ports/workers.ts';

/** Targets looked at at once. */
const AT_ONCE = 16;

/** Leaves: values that people bring stored, all or none, and their accounts looked at where the targets answer. */
export const putValues = defineFunction({
  name: 'PutValues',
  needs: ['registry', 'store', 'keys', 'workers', 'rotators', 'clock', 'random'],
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
    const secrets = await services.registry.secrets(stored.map(({ ref }) => ref));
    const byTarget = Map.groupBy(
      secrets.filter(({ target }) => target !== ''),
      ({ target }) => target,
    );
    const looks = await inParallel([...byTarget], AT_ONCE, ([target, group]) =>
      lookAt(
        services,
        target,
        group.map(({ ref }) => ref),
      ),
    );
    return {
      put: stored,
      seen: looks.reduce((total, { seen }) => total + seen, 0),
      unseen: looks.flatMap(({ unseen }) => [...unseen]),
    };
  },
});

/** The values are stored whatever comes of it: an account that was not seen is looked at when it is first rotated. */
async function lookAt(
  { workers }: Needs<'workers'>,
  targetId: string,
  refs: readonly SecretRef[],
): Promise<SeenAccounts> {
  try {
    return await workers.noteIdentities({ targetId, refs });
  } catch (error) {
    if (!(error instanceof RekeyError)) throw error;
    return { seen: 0, unseen: [{ target: targetId, message: error.message }] };
  }
}
