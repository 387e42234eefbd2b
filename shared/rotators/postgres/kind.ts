import { makePassword } from '../../domain/password.ts';
import { credentialText, type Names, slotOfGiven } from '../alternating/credential.ts';
import type { Account, Rotator } from '../rotator.ts';
import { AccountKeys, Connection } from './connection.ts';

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
  showsUse: (account) => account['alternate'] !== undefined,
  gap: 'between install and promote a role has no password that both sides know: reads are held meanwhile, usually well under a second; none where two roles take turns',
  issue(random, { account, passwords, slot = 0 }) {
    const password = makePassword(random, passwords);
    return account['alternate'] === undefined ? password : credentialText(namesOf(account)[slot], password);
  },
  takes: (account, value) => (account['alternate'] === undefined ? {} : slotOfGiven(namesOf(account), value)),
};
