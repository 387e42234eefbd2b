import * as z from 'zod';
import { NOTICE_KINDS } from '../notice.ts';
import type { NoticeAddress, NotifyRule } from '../notify.ts';
import { isSecretRef } from '../secret-ref.ts';
import { SlackId } from './slack-id.ts';

const events = z.array(z.enum(NOTICE_KINDS)).min(1).optional().describe('Left out: all of them.');

/** `classes.<name>.notify`, as people write it: of some events, by one means. */
export const Notify = z.array(
  z.discriminatedUnion(
    'by',
    [
      z.strictObject({ events, by: z.literal('email') }),
      z.strictObject({
        events,
        by: z.literal('slack'),
        channel: SlackId('CG', 'channel').optional().describe('Left out: the workspace’s.'),
      }),
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
    to: addressOf(rule),
  }));
}

function addressOf(rule: z.output<typeof Notify>[number]): NoticeAddress {
  switch (rule.by) {
    case 'webhook':
      return { by: rule.by, url: rule.url, signingKeyRef: rule.signingKey };
    case 'slack':
      return { by: rule.by, ...(rule.channel === undefined ? {} : { channel: rule.channel }) };
    case 'email':
      return { by: rule.by };
  }
}
