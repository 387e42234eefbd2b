import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { RekeyError } from '../../../../domain/errors.ts';

/** The shortest that STS allows: credentials live no longer than they have to. */
const SESSION_SECONDS = 900;

/**
 * The credentials of another role, asked for when first used, and again before they end. The session has the name of the function
 * that took it, as Lambda's own has: CloudTrail then says who that was, and an alarm tells it from anybody else.
 */
export function assumedRole(roleArn: string) {
  const sts = new STSClient({});
  const sessionName = process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? 'rekey';
  return async () => {
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: roleArn,
        RoleSessionName: sessionName,
        DurationSeconds: SESSION_SECONDS,
      }),
    );
    if (
      Credentials?.AccessKeyId === undefined ||
      Credentials.SecretAccessKey === undefined ||
      Credentials.SessionToken === undefined
    ) {
      throw new RekeyError({
        code: 'role-refused',
        family: 'Denied',
        message: `STS gave no credentials of ${roleArn}`,
      });
    }
    return {
      accessKeyId: Credentials.AccessKeyId,
      secretAccessKey: Credentials.SecretAccessKey,
      sessionToken: Credentials.SessionToken,
      ...(Credentials.Expiration === undefined ? {} : { expiration: Credentials.Expiration }),
    };
  };
}
