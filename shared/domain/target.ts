/** The system that accepts the credentials. */
export interface TargetRecord {
  readonly v: 1;
  readonly id: string;
  readonly kind: string;
  /** In the words of its kind, checked by that kind's schema (postgres: host, port, database, tls). */
  readonly connection: Readonly<Record<string, unknown>>;
  /** The network from which it is reached. One machine has one, `local`. */
  readonly network: string;
  /** References of the admin credentials, in the order in which they are used; each of another class. */
  readonly admins: readonly { readonly user: string; readonly passwordRef: string }[];
  /** Connections Rekey opens at once. Default 8. */
  readonly maxConnections: number;
}

/** Opened when a target was found dead: its batches fail fast until `openUntilMs`. */
export interface Breaker {
  readonly target: string;
  readonly failures: number;
  readonly openUntilMs: number;
  readonly reason: string;
  readonly atMs: number;
}
