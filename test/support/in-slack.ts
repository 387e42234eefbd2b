import { STATIC_KIND } from '../../shared/domain/secret.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { putValues } from '../../shared/driver/put-values.ts';
import type { Services } from '../../shared/driver/services.ts';
import { aClass, aSecret, aWorkspace } from '../contracts/records.ts';
import { SIGNING_SECRET } from './slack-request.ts';

export const BOT_TOKEN = 'xoxb-of-the-tests';

/** Rekey in a Slack workspace: it is enrolled, and so are its two secrets, with their values. */
export async function putInSlack(
  services: Services,
  {
    signingSecret = SIGNING_SECRET,
    channel,
  }: { readonly signingSecret?: string; readonly channel?: string } = {},
): Promise<void> {
  const workspace = { ...aWorkspace(), ...(channel === undefined ? {} : { channel }) };
  const values = [
    { ref: workspace.signingSecretRef as SecretRef, value: signingSecret },
    { ref: workspace.botTokenRef as SecretRef, value: BOT_TOKEN },
  ];
  await services.registry.applyEnrolment([
    {
      put: {
        classes: [aClass('chat')],
        secrets: values.map(({ ref }) => ({
          ...aSecret(ref, 'chat', ''),
          kind: STATIC_KIND,
          account: {},
          consumers: [],
        })),
        slack: [workspace],
      },
      remove: {},
      entries: [],
    },
  ]);
  await putValues(services, values, { user: 'ada', source: 'test', replace: true });
}
