import type { AuditEntry } from '../audit/entry.ts';
import { given } from '../given.ts';
import type { ReadVerb } from '../reads/read-event.ts';

/** What a SIEM knows a trail's reads as. */
const AWS_NAMES: Readonly<Record<ReadVerb, string>> = {
  read: 'GetSecretValue',
  'batch-read': 'BatchGetSecretValue',
  look: 'DescribeSecret',
  list: 'ListSecrets',
  open: 'Decrypt',
};

const SECRETS_MANAGER = 'secretsmanager.amazonaws.com';
const KMS = 'kms.amazonaws.com';

/** What was called, and what was answered: AWS's call where a trail told of it, else what Rekey calls it. */
export function apiOf(entry: AuditEntry) {
  const { outcome, reason } = entry;
  return {
    ...callOf(entry),
    ...(outcome === 'success' ? {} : { response: { error: outcome, ...given('error_message', reason) } }),
  };
}

function callOf({ action, read, change }: Pick<AuditEntry, 'action' | 'read' | 'change'>) {
  if (change !== undefined)
    return { operation: change.name, service: { name: change.keyId === undefined ? SECRETS_MANAGER : KMS } };
  if (read?.from === 'cloudtrail')
    return {
      operation: AWS_NAMES[read.verb],
      service: { name: read.verb === 'open' ? KMS : SECRETS_MANAGER },
    };
  return { operation: read?.verb ?? action, service: { name: 'rekey' } };
}
