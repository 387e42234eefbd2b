/** When the stories of detectors happen: a Monday, nine o'clock in Berlin. */
export const MONDAY_MS = Date.UTC(2026, 10, 23, 8);
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const ACCOUNT = '111122223333';
const REGION = 'eu-central-1';

export type TrailJson = Readonly<Record<string, unknown>>;

let events = 0;

/** A role's session, as CloudTrail tells of one. */
export function aRole(name: string, session = `${name.toLowerCase()}-1`): TrailJson {
  return {
    type: 'AssumedRole',
    principalId: `AROAEXAMPLE:${session}`,
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/${session}`,
    accountId: ACCOUNT,
    accessKeyId: 'ASIAEXAMPLE',
    sessionContext: {
      sessionIssuer: { type: 'Role', arn: roleArn(name), accountId: ACCOUNT, userName: name },
      attributes: { creationDate: '2026-11-23T02:00:00Z', mfaAuthenticated: 'false' },
    },
  };
}

export function roleArn(name: string): string {
  return `arn:aws:iam::${ACCOUNT}:role/${name}`;
}

/** Somebody who came in by IAM Identity Center: the session is his name there. */
export function aPerson(email: string): TrailJson {
  const role = 'AWSReservedSSO_Admin_0123456789abcdef';
  const issuer = `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/eu-central-1/${role}`;
  return {
    type: 'AssumedRole',
    principalId: `AROAEXAMPLE:${email}`,
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${email}`,
    accountId: ACCOUNT,
    sessionContext: { sessionIssuer: { type: 'Role', arn: issuer, accountId: ACCOUNT, userName: role } },
  };
}

export function secretArn(name: string): string {
  return `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${name}-AbC123`;
}

/** As AWS documents a read, with what the story is about in its place. An event's id is its own, in the order of their making. */
export function aRead(atMs: number, name: string, about: TrailJson = {}): TrailJson {
  return aCall(atMs, 'GetSecretValue', { requestParameters: { secretId: secretArn(name) }, ...about });
}

export function aCall(atMs: number, eventName: string, about: TrailJson = {}): TrailJson {
  events += 1;
  return {
    eventVersion: '1.08',
    userIdentity: aRole('Shop'),
    eventTime: new Date(atMs).toISOString(),
    eventSource: 'secretsmanager.amazonaws.com',
    eventName,
    awsRegion: REGION,
    sourceIPAddress: '203.0.113.7',
    userAgent: 'aws-sdk-js/3',
    requestParameters: null,
    responseElements: null,
    requestID: `request-${events}`,
    eventID: `event-${String(events).padStart(8, '0')}`,
    readOnly: true,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Management',
    ...about,
  };
}

/** The read again, as the key's log has it. */
export function anOpening(atMs: number, name: string, about: TrailJson = {}): TrailJson {
  return aCall(atMs, 'Decrypt', {
    eventSource: 'kms.amazonaws.com',
    sourceIPAddress: 'secretsmanager.amazonaws.com',
    userAgent: 'secretsmanager.amazonaws.com',
    requestParameters: { encryptionContext: { SecretARN: secretArn(name), SecretVersionId: 'v-2' } },
    ...about,
  });
}

/** As a policy that does not allow it answers. */
export const REFUSED = {
  errorCode: 'AccessDenied',
  errorMessage: 'no identity-based policy allows the action',
};
