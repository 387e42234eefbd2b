import { makePassword } from '../../domain/password.ts';
import type { Rotator } from '../rotator.ts';
import { AccountKeys, Connection } from './connection.ts';

/** What is known of the kind without a session at a server. */
export const redisKind: Omit<Rotator, 'open'> = {
  kind: 'redis',
  connection: Connection,
  account: AccountKeys,
  strategy: () => 'beside',
  gap: 'none',
  // At least 100 bits: that Redis keeps a plain SHA-256 is no weakness.
  issue: (random, { passwords }) => makePassword(random, passwords),
};
