import { escape } from 'mysql2';

/** One row's name in a statement. */
export interface At {
  readonly user: string;
  readonly host: string;
}

export const literal = (text: string): string => escape(text);

/** A role that gives nothing: whoever has it was switched off by a cut of Rekey's, and by nobody else. */
export const CUT_NOTE = 'rekey_cut';

export const at = ({ user, host }: At): string => `${literal(user)}@${literal(host)}`;

const listed = (rows: readonly At[]): string => rows.map(at).join(', ');

/** The same on either server. */
export const makeNote = (): string => `CREATE ROLE IF NOT EXISTS ${literal(CUT_NOTE)}`;
export const note = (rows: readonly At[]): string => `GRANT ${literal(CUT_NOTE)} TO ${listed(rows)}`;
export const forget = (rows: readonly At[]): string => `REVOKE ${literal(CUT_NOTE)} FROM ${listed(rows)}`;
export const lock = (rows: readonly At[]): string => `ALTER USER ${listed(rows)} ACCOUNT LOCK`;
export const unlock = (rows: readonly At[]): string => `ALTER USER ${listed(rows)} ACCOUNT UNLOCK`;
export const grantRole = (role: string, row: At): string => `GRANT ${literal(role)} TO ${at(row)}`;
export const revokeRole = (role: string, row: At): string => `REVOKE ${literal(role)} FROM ${at(row)}`;
