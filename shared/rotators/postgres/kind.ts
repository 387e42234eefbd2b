import { credentialText, type Names, slotOfGiven } from '../alternating/credential.ts';
import type { Account, Rotator } from '../rotator.ts';
import { AccountKeys, Connection } from './connection.ts';

/** 24 random bytes: 192 bits, 32 characters that mean nothing special in a URL, a shell or a connection string. */
const PASSWORD_BYTES = 24;

/** Both roles of an account that has two. */
export function namesOf(account: Account['account']): Names {
  return [account['role'] ?? '', account['alternate'] ?? ''];
}

/** What is known of the kind without a session at a server. */
export const postgresKind: Omit<Rotator, 'open'> = {
  kind: 'postgres',
  connection: Connection,
  account: AccountKeys,
  strategy: (account) => (account['alternate'] === undefined ? 'replace' : 'alternate'),
  gap: 'between install and promote a role has no password that both sides know: reads are held meanwhile, usually well under a second; none where two roles take turns',
  issue(random, { account, slot = 0 }) {
    const password = Buffer.from(random.bytes(PASSWORD_BYTES)).toString('base64url');
    return account['alternate'] === undefined ? password : credentialText(namesOf(account)[slot], password);
  },
  takes: (account, value) => (account['alternate'] === undefined ? {} : slotOfGiven(namesOf(account), value)),
};
