import type { Rotator } from '../rotator.ts';
import { AccountKeys, Connection } from './connection.ts';

/** 24 random bytes: 192 bits, so that Redis' plain SHA-256 is no weakness; 32 characters that mean nothing special in a URL. */
const PASSWORD_BYTES = 24;

/** What is known of the kind without a session at a server. */
export const redisKind: Omit<Rotator, 'open'> = {
  kind: 'redis',
  connection: Connection,
  account: AccountKeys,
  strategy: () => 'beside',
  gap: 'none',
  issue: (random) => Buffer.from(random.bytes(PASSWORD_BYTES)).toString('base64url'),
};
