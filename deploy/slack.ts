import { secretName } from '../shared/adapters/aws/secrets-manager/secret-name.ts';
import type { ConfigFile } from '../shared/domain/config/schema.ts';
import type { SecretRef } from '../shared/domain/secret-ref.ts';

/** What serverless.yml reads of the Slack workspace. */
export interface SlackDeployment {
  /** A URL without IAM, and who looks by himself what there is to show: only where Rekey is in Slack. */
  readonly isOn: boolean;
  /** Reference, and name in Secrets Manager below the stage's prefix, of each secret: the two that the roles may read. */
  readonly signingSecret: { readonly ref: string; readonly name: string };
  readonly botToken: { readonly ref: string; readonly name: string };
}

/** Pure. Where `rekey.yaml` says nothing of Slack the roles name secrets that there are not. */
export function slackFor({ slack }: Pick<ConfigFile, 'slack'>): SlackDeployment {
  const secret = (ref: string) => ({ ref, name: secretName('', ref as SecretRef).slice(1) });
  return {
    isOn: slack !== undefined,
    signingSecret: secret(slack?.signingSecret ?? 'vault://-/slack-signing-secret'),
    botToken: secret(slack?.botToken ?? 'vault://-/slack-bot-token'),
  };
}

/** Where Slack sends its requests. */
export function slackOutputs({ isOn }: SlackDeployment): Readonly<Record<string, object>> {
  if (!isOn) return {};
  return { SlackUrl: { Value: { 'Fn::GetAtt': ['SlackEndpointLambdaFunctionUrl', 'FunctionUrl'] } } };
}
