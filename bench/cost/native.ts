import type { Used } from './meter.ts';

/**
 * A scheduled rotation by Secrets Manager itself with AWS's own function for PostgreSQL, single user, when nothing goes wrong:
 * counted in its source (aws-samples/aws-secrets-manager-rotation-lambdas,
 * SecretsManagerRDSPostgreSQLRotationSingleUser/lambda_function.py). One invocation a step, each describes the secret first.
 * It keeps no audit, tells nobody, and proves nothing of the old password.
 */
const CALLS = {
  // createSecret reads the current value, and looks in vain for a pending one.
  createSecret: { DescribeSecret: 1, GetSecretValue: 2, GetRandomPassword: 1, PutSecretValue: 1 },
  // setSecret reads previous, current and pending.
  setSecret: { DescribeSecret: 1, GetSecretValue: 3 },
  testSecret: { DescribeSecret: 1, GetSecretValue: 1 },
  finishSecret: { DescribeSecret: 2, UpdateSecretVersionStage: 1 },
} as const;

/** Values that were there to be read, and one that was written. */
const KMS = { Decrypt: 5, GenerateDataKey: 1 };

/** The least memory that a function can have, and a call's and a login's time as everywhere in this report. */
const MEMORY_GB = 128 / 1_024;
const CALL_MS = 20;
const LOGIN_MS = 10;
/** setSecret tries the pending password, then the current one and changes it; testSecret logs in. */
const LOGINS = 4;

export function nativeRotation(secrets: number): Used[] {
  const calls = Object.values(CALLS).flatMap((step) => Object.entries(step));
  const total = calls.reduce((sum, [, count]) => sum + count, 0);
  const ms = total * CALL_MS + LOGINS * LOGIN_MS;
  const steps = Object.keys(CALLS).length;
  return [
    ...[...Map.groupBy(calls, ([call]) => call)].map(
      ([by, own]): Used => ({
        priced: 'secretsManagerCall',
        by,
        count: secrets * own.reduce((sum, [, count]) => sum + count, 0),
      }),
    ),
    ...Object.entries(KMS).map(([by, count]): Used => ({ priced: 'kmsRequest', by, count: secrets * count })),
    { priced: 'lambdaRequest', by: 'rotation', count: secrets * steps },
    { priced: 'lambdaGbSecond', by: 'rotation', count: secrets * (ms / 1_000) * MEMORY_GB },
    { priced: 'logByte', by: 'rotation', count: secrets * steps * 1_000 },
  ];
}
