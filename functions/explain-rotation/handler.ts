import * as z from 'zod';
import { type Explanation, explain } from '../../shared/domain/schedule/explain.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { secretUnknown } from '../../shared/domain/secret-unknown.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

/** Answers why a secret rotates by itself now, or why not. Changes nothing. */
export const explainRotation = defineFunction({
  name: 'ExplainRotation',
  needs: ['registry', 'clock'],
  input: { ref: z.string() },
  output: { className: z.string(), explanation: z.custom<Explanation>() },
  async run({ ref }, { registry, clock }, context) {
    callerOf(context);
    const [{ classes, secrets }, freezes, asked] = await Promise.all([
      registry.enrolment(),
      registry.freezes(),
      registry.askedRotations(),
    ]);
    const className = secrets.find((secret) => secret.ref === ref)?.className ?? '';
    const explanation = explain(ref as SecretRef, { classes, secrets, freezes, asked, nowMs: clock.nowMs() });
    if (explanation !== null) return { className, explanation };
    throw secretUnknown(
      ref,
      secrets.map((candidate) => candidate.ref),
    );
  },
});
