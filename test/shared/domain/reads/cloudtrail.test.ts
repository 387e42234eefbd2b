import { describe, expect, test } from 'vitest';
import { readRecord } from '../../../../shared/domain/reads/cloudtrail/read-record.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:rekey-prod/payments/ledger-AbC123';
const NAMED = { name: 'rekey-prod/payments/ledger', account: '111122223333', region: 'eu-central-1' };
const ROLE = {
  type: 'AssumedRole',
  principalId: 'AROAEXAMPLE:shop-1',
  arn: 'arn:aws:sts::111122223333:assumed-role/Shop/shop-1',
  accountId: '111122223333',
  accessKeyId: 'ASIAEXAMPLE',
  sessionContext: {
    sessionIssuer: { type: 'Role', arn: 'arn:aws:iam::111122223333:role/apps/Shop', userName: 'Shop' },
    attributes: { creationDate: '2026-11-28T02:00:00Z', mfaAuthenticated: 'false' },
  },
};
const SHOP = { id: 'arn:aws:iam::111122223333:role/Shop', kind: 'role', session: 'shop-1' };

/** As AWS documents a record, with what the test is about in its place. */
function aRecord(about: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    eventVersion: '1.08',
    userIdentity: ROLE,
    eventTime: '2026-11-28T03:00:00Z',
    eventSource: 'secretsmanager.amazonaws.com',
    eventName: 'GetSecretValue',
    awsRegion: 'eu-central-1',
    sourceIPAddress: '203.0.113.7',
    userAgent: 'aws-sdk-js/3',
    requestParameters: { secretId: ARN },
    responseElements: null,
    requestID: 'c1c0a8f6-0000-4000-8000-000000000001',
    eventID: '7b7e1f1a-0000-4000-8000-000000000001',
    readOnly: true,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: '111122223333',
    eventCategory: 'Management',
    ...about,
  };
}

const eventOf = (about?: Readonly<Record<string, unknown>>) => {
  const told = readRecord(aRecord(about));
  if (told.kind !== 'read') throw new Error(`it was taken for ${told.kind}`);
  return told.event;
};

test('[6.2] a read says who, what, when and from where', () => {
  expect(
    eventOf({ requestParameters: { secretId: ARN, versionId: 'v-2' }, vpcEndpointId: 'vpce-1' }),
  ).toEqual({
    v: 1,
    id: '7b7e1f1a-0000-4000-8000-000000000001',
    source: 'cloudtrail',
    atMs: Date.UTC(2026, 10, 28, 3),
    verb: 'read',
    outcome: 'success',
    principal: SHOP,
    secret: NAMED,
    versionId: 'v-2',
    address: '203.0.113.7',
    vpcEndpoint: 'vpce-1',
    userAgent: 'aws-sdk-js/3',
    region: 'eu-central-1',
    account: '111122223333',
  });
});

describe('[6.2] the secret is known by its name, however a record names it', () => {
  test.each([
    ['its ARN', { secretId: ARN }, NAMED],
    ['its ARN without the end', { secretId: ARN.slice(0, -'-AbC123'.length) }, NAMED],
    ['its name', { secretId: 'rekey-prod/payments/ledger' }, { name: 'rekey-prod/payments/ledger' }],
    [
      'the name that it is created under',
      { name: 'rekey-prod/payments/ledger' },
      { name: 'rekey-prod/payments/ledger' },
    ],
  ])('%s', (_how, requestParameters, secret) => {
    expect(eventOf({ requestParameters }).secret).toEqual(secret);
  });

  test('a refusal without parameters has it in its message alone', () => {
    const event = eventOf({
      requestParameters: null,
      errorCode: 'AccessDenied',
      errorMessage: `User: ${ROLE.arn} is not authorized to perform: secretsmanager:GetSecretValue on resource: ${ARN} because no identity-based policy allows the action`,
    });
    expect(event).toMatchObject({ outcome: 'denied', why: 'AccessDenied', secret: NAMED });
  });

  test('a list is of none', () => {
    const event = eventOf({ eventName: 'ListSecrets', requestParameters: { maxResults: 100 } });
    expect(event).toMatchObject({ verb: 'list', outcome: 'success' });
    expect(event).not.toHaveProperty('secret');
  });
});

describe('[6.2] what came of it', () => {
  test.each([
    ['AccessDenied', null, 'denied'],
    ['AccessDeniedException', 'Access to KMS is not allowed', 'denied'],
    ['Client.UnauthorizedOperation', null, 'denied'],
    ['InvalidRequestException', 'Access to KMS is not allowed', 'denied'],
    ['ResourceNotFoundException', null, 'error'],
    [null, 'something went wrong', 'error'],
    [null, null, 'success'],
  ])('%s, %s: %s', (errorCode, errorMessage, outcome) => {
    expect(eventOf({ errorCode, errorMessage }).outcome).toBe(outcome);
  });
});

describe('[6.2] who it was', () => {
  test.each<[string, unknown, unknown]>([
    ['a role, whatever its session is called', ROLE, SHOP],
    [
      'a role of which the session tells no issuer',
      { type: 'AssumedRole', arn: ROLE.arn },
      { id: 'arn:aws:iam::111122223333:role/Shop', kind: 'role', session: 'shop-1' },
    ],
    [
      'a session that stands for somebody',
      { ...ROLE, sessionContext: { ...ROLE.sessionContext, sourceIdentity: 'ada' } },
      { ...SHOP, sourceIdentity: 'ada' },
    ],
    [
      'a user',
      { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/ada', userName: 'ada' },
      { id: 'arn:aws:iam::111122223333:user/ada', kind: 'user' },
    ],
    [
      'a service',
      { type: 'AWSService', invokedBy: 'lambda.amazonaws.com' },
      { id: 'lambda.amazonaws.com', kind: 'service' },
    ],
    [
      'a service that says neither type nor name',
      { accountId: '111122223333', invokedBy: 'secretsmanager.amazonaws.com' },
      { id: 'secretsmanager.amazonaws.com', kind: 'service' },
    ],
    [
      'somebody of another account',
      { type: 'AWSAccount', accountId: '999900001111' },
      { id: '999900001111', kind: 'account' },
    ],
    ['nobody that is told', null, { id: 'unknown', kind: 'unknown' }],
  ])('%s', (_who, userIdentity, principal) => {
    expect(eventOf({ userIdentity }).principal).toEqual(principal);
  });
});

test('[6.2] the key that is opened for a read is a second witness of it', () => {
  const told = readRecord(
    aRecord({
      eventSource: 'kms.amazonaws.com',
      eventName: 'Decrypt',
      sourceIPAddress: 'secretsmanager.amazonaws.com',
      userAgent: 'secretsmanager.amazonaws.com',
      requestParameters: { encryptionContext: { SecretARN: ARN, SecretVersionId: 'v-2' } },
    }),
  );
  expect(told).toMatchObject({ kind: 'read', event: { verb: 'open', secret: NAMED, versionId: 'v-2' } });
});

test('[6.2] the same call in two accounts is one event', () => {
  const ids = ['one', 'other'].map((eventID) => eventOf({ eventID, sharedEventID: 'shared' }).id);
  expect(ids).toEqual(['shared', 'shared']);
});

test('[7.1] a change behind Rekey’s back is none of the reads: by whom, of what, and whether it was let', () => {
  expect(
    readRecord(
      aRecord({ eventName: 'PutSecretValue', requestParameters: { secretId: ARN, clientRequestToken: 't' } }),
    ),
  ).toMatchObject({
    kind: 'change',
    change: { name: 'PutSecretValue', outcome: 'success', principal: SHOP, secret: NAMED },
  });
  expect(
    readRecord(
      aRecord({
        eventSource: 'kms.amazonaws.com',
        eventName: 'ScheduleKeyDeletion',
        requestParameters: { keyId: 'arn:aws:kms:eu-central-1:111122223333:key/k' },
      }),
    ),
  ).toMatchObject({ kind: 'change', change: { keyId: 'arn:aws:kms:eu-central-1:111122223333:key/k' } });
});

test('[7.1] a rotation of AWS’s own that fails says so without a code, and names the secret beside its parameters', () => {
  const told = readRecord(
    aRecord({
      userIdentity: { accountId: '111122223333', invokedBy: 'secretsmanager.amazonaws.com' },
      eventName: 'RotationFailed',
      eventType: 'AwsServiceEvent',
      requestParameters: null,
      additionalEventData: { SecretId: ARN },
      errorMessage: 'Pending secret version was not promoted',
    }),
  );
  expect(told).toMatchObject({ kind: 'change', change: { outcome: 'error', secret: NAMED } });
});

test('what is of no secret is passed over, and what is not understood is said to be', () => {
  expect(readRecord(aRecord({ eventSource: 's3.amazonaws.com', eventName: 'GetObject' }))).toEqual({
    kind: 'nothing',
  });
  expect(
    readRecord(aRecord({ eventSource: 'kms.amazonaws.com', eventName: 'Decrypt', requestParameters: {} })),
  ).toEqual({
    kind: 'nothing',
  });
  expect(readRecord(aRecord({ eventTime: 'yesterday' }))).toEqual({
    kind: 'unread',
    why: 'eventTime: invalid_format',
  });
  expect(readRecord('no record at all')).toMatchObject({ kind: 'unread' });
});

test('a text that has no end is cut', () => {
  expect(eventOf({ userAgent: 'x'.repeat(10_000) }).userAgent).toHaveLength(512);
});
