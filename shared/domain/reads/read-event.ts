/** What was asked of a secret. `look`: its description, and no value. `list`: which there are. `open`: the key, on the way to its value. */
export type ReadVerb = 'read' | 'batch-read' | 'look' | 'list' | 'open';

/** Who asked: one of them is one however he signs in. */
export interface Principal {
  /** Of a role the role's, whatever its session is called; of a service its name. */
  readonly id: string;
  readonly kind: 'user' | 'role' | 'root' | 'federated' | 'account' | 'service' | 'unknown';
  /** Of a role's session: the caller chose it. */
  readonly session?: string;
  /** Whom the session stands for, where that was set when it was made: it cannot be changed after. */
  readonly sourceIdentity?: string;
}

/** A secret as its source names it. */
export interface NamedSecret {
  /** Without what the store puts after it. */
  readonly name: string;
  readonly account?: string;
  readonly region?: string;
}

/** Somebody read a secret, was refused, or looked for one: the same shape whatever told of it. Texts are as long as 512 characters. */
export interface ReadEvent {
  readonly v: 1;
  /** Of its source: the same one told twice, or in two accounts, is one. */
  readonly id: string;
  readonly source: 'cloudtrail';
  readonly atMs: number;
  readonly verb: ReadVerb;
  readonly outcome: 'success' | 'denied' | 'error';
  /** Its source's code for what was not a success. */
  readonly why?: string;
  readonly principal: Principal;
  /** Left out where the source does not say, as of a list. */
  readonly secret?: NamedSecret;
  readonly versionId?: string;
  readonly address?: string;
  readonly vpcEndpoint?: string;
  readonly userAgent?: string;
  readonly region?: string;
  readonly account?: string;
}
