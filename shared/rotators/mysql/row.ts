/** One of a user's rows: the server keeps one for each host pattern, with a password of its own. */
export interface Row {
  readonly user: string;
  readonly host: string;
  readonly off: boolean;
  /** Switched off by a cut of Rekey's, by the server's own note. */
  readonly cut: boolean;
  /** How it authenticates, in the server's words; several where any of them will do. */
  readonly ways: readonly { readonly plugin: string; readonly hash: string }[];
  /** MySQL: holds a second password. */
  readonly second: boolean;
  /** What a login must bring besides the password. */
  readonly needs: 'nothing' | 'tls' | 'certificate';
  /** What it has to bring and its limits, and how long a password lives: the clauses of `ALTER USER` that set them. */
  readonly terms: { readonly needs: string; readonly expiry: string };
  readonly roles: readonly string[];
  readonly defaultRole: string | undefined;
}

/** A user with all of its rows. */
export interface User {
  readonly name: string;
  readonly rows: readonly Row[];
}

export function isOff({ rows }: User): boolean {
  return rows.every(({ off }) => off);
}

export function isNoted({ rows }: User): boolean {
  return rows.some(({ cut }) => cut);
}

/** How the server itself knows it: by its name and hosts, it has no other name for it. */
export function identityOf({ name, rows }: User): string {
  return `${name}@${rows
    .map(({ host }) => host)
    .sort()
    .join(',')}`;
}
