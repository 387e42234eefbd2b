import * as z from 'zod';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { rollBack as begin } from '../../shared/driver/roll-back.ts';

/** Leaves: the version before the current one about to be current again, and a workflow that sees to it. */
export const rollBack = defineFunction({
  name: 'RollBack',
  needs: ['registry', 'workflows', 'clock', 'random'],
  input: { ref: z.string(), reason: z.string().min(1) },
  output: { operationId: z.string(), versionId: z.string() },
  async run({ ref, reason }, services, context) {
    const { user, source } = callerOf(context);
    const operation = `roll-${Buffer.from(services.random.bytes(6)).toString('hex')}`;
    const { versionId } = await begin(services, ref as SecretRef, { operation, user, source, reason });
    await services.workflows.startRotation(operation, { v: 1, refs: [ref] });
    return { operationId: operation, versionId };
  },
});
