import type { Rotator } from '../rotator.ts';
import { AccountKeys, Connection } from './connection.ts';

/** What is known of the kind without a session at a server. */
export const oauthClientKind: Omit<Rotator, 'open'> = {
  kind: 'oauth-client',
  connection: Connection,
  account: AccountKeys,
  strategy: () => 'beside',
  gap: 'none: the new client works beside the old one until that is deleted',
  issue: null,
};
