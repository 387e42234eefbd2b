import * as z from 'zod';
import { RekeyError } from '../../shared/domain/errors.ts';
import { routinePolicyOf } from '../../shared/domain/routine-policy.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { advanceBatch } from '../../shared/driver/advance-batch.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { startByRequest, startBySchedule } from '../../shared/driver/start-of.ts';

/**
 * Leaves: each secret of the batch as far along its routine lifecycle as it goes now. What may begin is judged here again, by
 * the policy or by what people approved: a manifest can be edited where it lies, and an hour can have passed.
 */
export const rotateBatch = defineFunction({
  name: 'RotateBatch',
  needs: ['registry', 'store', 'keys', 'plans', 'rotators', 'clock', 'random'],
  input: {
    operationId: z.string(),
    /** What people approved; left out where the schedule decides. */
    requestId: z.string().optional(),
    targetId: z.string(),
    secretRefs: z.array(z.string()),
  },
  output: { settled: z.number(), left: z.number() },
  async run({ operationId, requestId, targetId, secretRefs }, services, { untilMs }) {
    const { registry, keys } = services;
    const refs = secretRefs as SecretRef[];
    const secrets = await registry.secrets(refs);
    const [className, ...others] = new Set(secrets.map((secret) => secret.className));
    const record = className === undefined ? null : await registry.classNamed(className);
    if (record === null || others.length > 0 || secrets.some(({ target }) => target !== targetId)) {
      throw new RekeyError({
        code: 'manifest-edited',
        family: 'Denied',
        message: `the batch at ${targetId} of ${operationId} is not of one enrolled class at that target`,
        safe: 'Nothing was done with the batch.',
        next: ['rekey status'],
      });
    }
    const { user, ...start } =
      requestId === undefined
        ? await startBySchedule(services, record, secrets)
        : await startByRequest(services, record, requestId);
    // The key of an incident's epoch is the incident's to make, closed where it fences: nothing begins under it here.
    const rests = record.incidents.length > 0;
    const keyId = rests ? '' : (await keys.ensure(record.name, record.epoch, 'open')).id;
    return advanceBatch(services, {
      operation: { id: operationId, epoch: record.epoch, keyId },
      routine: {
        policy: routinePolicyOf(record.policy),
        ...start,
        mayStart: (secret) => !rests && start.mayStart(secret),
      },
      acting: { user, operation: operationId, source: 'rekey' },
      targetId,
      className: record.name,
      refs,
      again: false,
      through: undefined,
      untilMs,
    });
  },
});
