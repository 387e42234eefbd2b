import { makePassword } from '../../domain/password.ts';
import { credentialText, type Names, slotOfGiven } from '../alternating/credential.ts';
import type { Account, Rotator } from '../rotator.ts';
import { AccountKeys, Connection } from './connection.ts';

/** Both users of an account that has two. */
export function namesOf(account: Account['account']): Names {
  return [account['user'] ?? '', account['alternate'] ?? ''];
}

/** What is known of the kind without a session at a server. */
export const mysqlKind: Omit<Rotator, 'open'> = {
  kind: 'mysql',
  connection: Connection,
  account: AccountKeys,
  strategy(account, connection) {
    if (account['alternate'] !== undefined) return 'alternate';
    // Only MySQL's users hold two passwords at once.
    return connection?.['server'] === 'mysql' ? 'beside' : 'replace';
  },
  showsUse: (account) => account['alternate'] !== undefined,
  gap: 'on MariaDB, between install and promote a user has no password that both sides know: reads are held meanwhile, usually well under a second; none on MySQL, nor where two users take turns',
  issue(random, { account, passwords, slot = 0 }) {
    const password = makePassword(random, passwords);
    return account['alternate'] === undefined ? password : credentialText(namesOf(account)[slot], password);
  },
  takes: (account, value) => (account['alternate'] === undefined ? {} : slotOfGiven(namesOf(account), value)),
};
