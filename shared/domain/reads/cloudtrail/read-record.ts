import { given } from '../../given.ts';
import type { NamedSecret, Principal, ReadEvent, ReadVerb } from '../read-event.ts';
import { namedSecretOf } from './named-secret.ts';
import { principalOf } from './principal.ts';
import { TrailRecord, textIn } from './record.ts';

/** Something was changed that is Rekey's to change, or happened to it by itself. */
export interface TrailChange {
  readonly id: string;
  readonly atMs: number;
  /** By AWS's own name. */
  readonly name: string;
  readonly outcome: ReadEvent['outcome'];
  readonly principal: Principal;
  readonly secret?: NamedSecret;
  /** Of a key, where it is one. */
  readonly keyId?: string;
  /** AWS's code for what was not a success. */
  readonly why?: string;
  readonly address?: string;
  readonly region?: string;
  readonly account?: string;
}

/** What a record of a trail tells. `nothing`: of no secret. `unread`: it is not understood, and is counted and kept. */
export type Told =
  | { readonly kind: 'read'; readonly event: ReadEvent }
  | { readonly kind: 'change'; readonly change: TrailChange }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unread'; readonly why: string };

const READS: Readonly<Record<string, ReadVerb>> = {
  GetSecretValue: 'read',
  BatchGetSecretValue: 'batch-read',
  DescribeSecret: 'look',
  ListSecrets: 'list',
};

/** Made by Rekey itself, or behind its back. */
const CHANGES_OF_SECRETS = new Set([
  'CreateSecret',
  'PutSecretValue',
  'UpdateSecret',
  'UpdateSecretVersionStage',
  'DeleteSecret',
  'RestoreSecret',
  'PutResourcePolicy',
  'DeleteResourcePolicy',
  'RotateSecret',
  'CancelRotateSecret',
  'RotationStarted',
  'RotationSucceeded',
  'RotationFailed',
  'StartSecretVersionDelete',
  'EndSecretVersionDelete',
]);
const CHANGES_OF_KEYS = new Set(['DisableKey', 'ScheduleKeyDeletion', 'PutKeyPolicy']);

/** Codes of a refusal, by Secrets Manager, KMS and what stands before them. A fenced key says so in the message alone. */
const DENIED = /^(AccessDenied(Exception)?|Client\.UnauthorizedOperation|UnauthorizedOperation)$/;
const KEY_REFUSED = /Access to KMS is not allowed/;

export function readRecord(record: unknown): Told {
  const parsed = TrailRecord.safeParse(record);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { kind: 'unread', why: `${issue?.path.join('.') ?? ''}: ${issue?.code ?? 'unknown'}` };
  }
  const { data } = parsed;
  switch (data.eventSource) {
    case 'secretsmanager.amazonaws.com':
      return ofSecrets(data);
    case 'kms.amazonaws.com':
      return ofKeys(data);
    default:
      return { kind: 'nothing' };
  }
}

function ofSecrets(record: TrailRecord): Told {
  const verb = READS[record.eventName];
  if (verb !== undefined) return { kind: 'read', event: eventOf(record, verb) };
  return CHANGES_OF_SECRETS.has(record.eventName)
    ? { kind: 'change', change: changeOf(record) }
    : { kind: 'nothing' };
}

function ofKeys(record: TrailRecord): Told {
  if (CHANGES_OF_KEYS.has(record.eventName)) return { kind: 'change', change: changeOf(record) };
  // Of anything else that is sealed it says nothing of a secret.
  return record.eventName === 'Decrypt' && namedSecretOf(record) !== undefined
    ? { kind: 'read', event: eventOf(record, 'open') }
    : { kind: 'nothing' };
}

function eventOf(record: TrailRecord, verb: ReadVerb): ReadEvent {
  const { requestParameters, additionalEventData } = record;
  const context = requestParameters?.['encryptionContext'];
  const versionId =
    textIn(requestParameters, 'versionId') ??
    textIn(additionalEventData, 'SecretVersionId') ??
    textIn(typeof context === 'object' && context !== null ? { ...context } : undefined, 'SecretVersionId');
  return {
    v: 1,
    ...commonOf(record),
    source: 'cloudtrail',
    verb,
    ...given('versionId', versionId),
    ...given('vpcEndpoint', record.vpcEndpointId),
    ...given('userAgent', record.userAgent),
  };
}

function changeOf(record: TrailRecord): TrailChange {
  return {
    ...commonOf(record),
    name: record.eventName,
    ...given('keyId', textIn(record.requestParameters, 'keyId')),
  };
}

function commonOf(record: TrailRecord) {
  return {
    // In another account it is another record of the same call.
    id: record.sharedEventID ?? record.eventID,
    atMs: Date.parse(record.eventTime),
    outcome: outcomeOf(record),
    principal: principalOf(record.userIdentity),
    ...given('secret', namedSecretOf(record)),
    ...given('why', record.errorCode),
    ...given('address', record.sourceIPAddress),
    ...given('region', record.awsRegion),
    ...given('account', record.recipientAccountId),
  };
}

/** A service's failure has a message and no code. */
function outcomeOf({ errorCode, errorMessage }: TrailRecord): ReadEvent['outcome'] {
  if (errorCode == null && errorMessage == null) return 'success';
  return DENIED.test(errorCode ?? '') || KEY_REFUSED.test(errorMessage ?? '') ? 'denied' : 'error';
}
