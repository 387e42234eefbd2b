import { type Mrkdwn, mrkdwn } from '../../../domain/slack/mrkdwn.ts';

/** What somebody named: a class, and what within it. */
export function saidScope(scope: {
  readonly className: string;
  readonly tenant?: string;
  readonly target?: string;
  readonly secretRef?: string;
  readonly secretRefs?: readonly string[];
}): Mrkdwn {
  const { className, tenant, target, secretRef, secretRefs } = scope;
  const [one, ...others] = secretRefs ?? (secretRef === undefined ? [] : [secretRef]);
  const tenanted =
    tenant === undefined ? mrkdwn`class ${className}` : mrkdwn`class ${className}, tenant ${tenant}`;
  const targeted = target === undefined ? tenanted : mrkdwn`${tenanted}, target ${target}`;
  if (one === undefined) return targeted;
  const more = others.length === 0 ? mrkdwn`` : mrkdwn` and ${others.length} more`;
  return mrkdwn`${targeted}, ${one}${more}`;
}
