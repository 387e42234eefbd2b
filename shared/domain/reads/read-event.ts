/** What was asked of a secret. `look`: its description, and no value. `list`: which there are. `open`: the key, on the way to its value. */
export const READ_VERBS = ['read', 'batch-read', 'look', 'list', 'open'] as const;
export type ReadVerb = (typeof READ_VERBS)[number];

export const READER_KINDS = [
  'user',
  'role',
  'root',
  'federated',
  'account',
  'service',
  'agent',
  'unknown',
] as const;
export type ReaderKind = (typeof READER_KINDS)[number];

/** Who asked: one of them is one however he signs in. */
export interface Principal {
  /** Of a role the role's, whatever its session is called; of a service its name. */
  readonly id: string;
  readonly kind: ReaderKind;
  /** Of a role's session: the caller chose it. */
  readonly session?: string;
  /** Whom the session stands for, where that was set when it was made: it cannot be changed after. */
  readonly sourceIdentity?: string;
  /** Behind it, where the source knows them: the person it reads for, the agent, its workflow and run. */
  readonly user?: string;
  readonly agent?: string;
  readonly workflowId?: string;
  readonly runId?: string;
}

/** A secret as its source names it. */
export interface NamedSecret {
  /** Without what the store puts after it. */
  readonly name: string;
  readonly account?: string;
  readonly region?: string;
}

/** What tells of reads: Rekey's own resolver, AWS's trail, and other stores' audit logs as `audit import` takes them. */
export const READ_SOURCES = ['resolver', 'cloudtrail', 'import'] as const;
export type ReadSource = (typeof READ_SOURCES)[number];

/** Somebody read a secret, was refused, or looked for one: the same shape whatever told of it. Texts are as long as 512 characters. */
export interface ReadEvent {
  readonly v: 1;
  /** Of its source: the same one told twice, or in two accounts, is one. */
  readonly id: string;
  readonly source: ReadSource;
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
