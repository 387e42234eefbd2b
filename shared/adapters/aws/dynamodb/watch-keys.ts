import { createHash } from 'node:crypto';
import { padded } from './keys.ts';
import type { Key } from './write.ts';

/** Keys of the table `Watch`, as docs/aws-tables.md lists them. Texts of callers are in none: a key has 2 KB at most. */

export const CASES = 'CASES';
export const caseSortKey = (openedAtMs: number, id: string) => `${padded(Math.floor(openedAtMs), 15)}#${id}`;
export const caseKey = (sortKey: string): Key => ({ pk: CASES, sk: sortKey });

/** Where a case stands: by its id, by its subject while it is open, and by the finding that opened it. */
export const caseIdKey = (id: string): Key => ({ pk: `CASE#${id}`, sk: 'CASE' });
export const openCaseKey = (subject: string): Key => ({ pk: `CASE-OF#${digest(subject)}`, sk: 'OPEN' });
export const openedByKey = (finding: string): Key => ({ pk: `CASE-BY#${digest(finding)}`, sk: 'CASE' });

export const deadLetters = (kind: string) => `DEAD#${kind}`;

export const stateKey = (rule: string, key: string): Key => ({
  pk: `STATE#${rule}#${digest(key)}`,
  sk: 'STATE',
});

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
