import type { Rotator } from '../rotator.ts';
import { readAccessKey } from './access-key.ts';
import { AccountKeys, Connection } from './connection.ts';

/** What is known of the kind without a session at AWS. */
export const awsIamAccessKeyKind: Omit<Rotator, 'open'> = {
  kind: 'aws-iam-access-key',
  connection: Connection,
  account: AccountKeys,
  // Two keys of a user work at once.
  strategy: () => 'beside',
  gap: 'none: the old key works until the new one has taken its place; some services may know a new key a few seconds later than STS',
  issue: null,
  takes(_account, value) {
    const key = readAccessKey(value);
    if (key === null)
      return { refused: 'is no access key of a user: {"access_key_id": "AKIA…", "secret_access_key": "…"}' };
    return { handle: key.id };
  },
};
