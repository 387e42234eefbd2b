import type { Ask } from './ask.ts';
import type { Row } from './row.ts';
import type { At } from './statements.ts';

/** The password of some rows. */
export interface Setting {
  readonly rows: readonly Row[];
  readonly value: string;
}

/** Where the two servers of this kind differ: what they say of a user, and how they are told to change one. */
export interface Flavour {
  /** Rows of these users, by name and host. */
  rows(ask: Ask, names: readonly string[]): Promise<Row[]>;
  /** Those of these users that may do something which they have from no role. */
  withOwnGrants(ask: Ask, names: readonly string[]): Promise<Set<string>>;
  /** Why a password cannot be set without the server writing it down, or for the way a row authenticates. */
  refusal(rows: readonly Row[]): string | null;
  /** Statements that set each password; what the rows need besides it stays as it is. */
  setPasswords(settings: readonly Setting[]): readonly string[];
  /** Statements after which no password opens these rows, locked or not. */
  takePasswords(rows: readonly At[]): readonly string[];
  /** A user that nobody can log in as, in step with another's row. */
  create(at: At, terms: Row['terms']): string;
  defaultRole(role: string, at: At): string;
  /** Whether a row holds this password alone; null for none at all. Undefined: the server does not show it. */
  holds(row: Row, value: string | null): boolean | undefined;
  /** Rows of any user that hold this password, as far as the server shows it. */
  holders(ask: Ask, value: string): Promise<At[]>;
  /** A login that fails more often than this shuts the user out. Null: the server has no such limit. */
  readonly mostErrors: number | null;
  /** No writes are taken. */
  readonly readOnly: boolean;
}
