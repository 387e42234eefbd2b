import * as z from 'zod';
import type { Rotator } from '../rotator.ts';
import { accountAt, Connection } from './connection.ts';

/** What is known of the kind without a session at an API. */
export const httpKind: Omit<Rotator, 'open'> = {
  kind: 'http',
  connection: Connection,
  account: z.record(z.string(), z.string().min(1)),
  accountAt: (connection) => {
    const read = Connection.safeParse(connection);
    return read.success ? accountAt(read.data) : null;
  },
  strategy: () => 'beside',
  gap: 'none: the new credential works beside the old one until that is revoked',
  issue: null,
};
