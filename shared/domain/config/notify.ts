import * as z from 'zod';
import { NOTICE_KINDS } from '../notice.ts';
import type { NotifyRule } from '../notify.ts';
import { isSecretRef } from '../secret-ref.ts';

const events = z.array(z.enum(NOTICE_KINDS)).min(1).optional().describe('Left out: all of them.');

/** `classes.<name>.notify`, as people write it: of some events, by one means. */
export const Notify = z.array(
  z.discriminatedUnion(
    'by',
    [
      z.strictObject({ events, by: z.literal('email') }),
      z.strictObject({ events, by: z.literal('slack') }),
      z.strictObject({
        events,
        by: z.literal('webhook'),
        url: z.url({ protocol: /^https?$/ }),
        signingKey: z
          .string()
          .refine(isSecretRef, { error: 'is no reference: vault://path, letters, digits, ._-/' }),
      }),
    ],
    { error: 'is none of email, slack, webhook' },
  ),
);

export function notifyRules(rules: z.output<typeof Notify>): NotifyRule[] {
  return rules.map((rule) => ({
    events: rule.events ?? NOTICE_KINDS,
    to:
      rule.by === 'webhook'
        ? { by: rule.by, url: rule.url, signingKeyRef: rule.signingKey }
        : { by: rule.by },
  }));
}
