import * as z from 'zod';
import { type DetectionPolicy, STANDARD_POLICY } from '../../shared/domain/detect/policy.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

/** Answers the detection policy that is enrolled; where the file says nothing of it, the one that holds then. */
export const showDetection = defineFunction({
  name: 'ShowDetection',
  needs: ['registry'],
  input: {},
  output: { policy: z.custom<DetectionPolicy>(), enrolled: z.boolean() },
  async run(_input, { registry }, context) {
    callerOf(context);
    const policy = await registry.detection();
    return { policy: policy ?? STANDARD_POLICY, enrolled: policy !== null };
  },
});
