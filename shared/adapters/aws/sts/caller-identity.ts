import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { translate } from '../vendor-error.ts';

/** Who calls AWS, by AWS's own word. */
export interface CallerIdentity {
  readonly partition: string;
  readonly account: string;
  /** Of a role's session: `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`. */
  readonly arn: string;
}

export async function callerIdentity(client: STSClient): Promise<CallerIdentity> {
  try {
    const { Account: account = '', Arn: arn = '' } = await client.send(new GetCallerIdentityCommand({}));
    return { partition: arn.split(':')[1] ?? 'aws', account, arn };
  } catch (error) {
    throw translate(error, {
      permission: 'sts:GetCallerIdentity',
      about: 'the caller',
      safe: 'Nothing was changed.',
    });
  }
}
