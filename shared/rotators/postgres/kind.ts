import type { Rotator } from '../rotator.ts';
import { AccountKeys, Connection } from './connection.ts';

/** 24 random bytes: 192 bits, 32 characters that mean nothing special in a URL, a shell or a connection string. */
const PASSWORD_BYTES = 24;

/** What is known of the kind without a session at a server. */
export const postgresKind: Omit<Rotator, 'open'> = {
  kind: 'postgres',
  connection: Connection,
  account: AccountKeys,
  strategy: () => 'replace',
  gap: 'between install and promote a role has no password that both sides know: reads are held meanwhile, usually well under a second',
  issue: (random) => Buffer.from(random.bytes(PASSWORD_BYTES)).toString('base64url'),
};
