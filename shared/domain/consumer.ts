/** A service told of new versions, by one means. */
export type ConsumerRecord = ConsumerBase & ConsumerMeans;

interface ConsumerBase {
  readonly v: 1;
  readonly name: string;
  readonly owner: string;
  /** It has to say that it uses the version. */
  readonly mustConfirm: boolean;
  /** It says so later, by the token that it was told with (ConfirmDelivery). */
  readonly byCallback: boolean;
  /** The target says so, by showing that the version is in use; an emergency waits for no such word. */
  readonly byObservation?: true;
}

/** How it is told. */
export type ConsumerMeans = ByWebhook | ByExec | BySns | ByFile;
export type Means = ConsumerMeans['means'];

export interface ByWebhook {
  readonly means: 'webhook';
  readonly url: string;
  /** Reference of the key that signs what it is told. */
  readonly signingKeyRef: string;
}

/** A command on this machine. */
export interface ByExec {
  readonly means: 'exec';
  /** An absolute path, then its arguments: always these. */
  readonly command: readonly string[];
  /** It is killed after this. */
  readonly timeoutMs: number;
}

export interface BySns {
  readonly means: 'sns';
  readonly topicArn: string;
}

/** A file on this machine that holds the current value: the one means by which a value goes to a consumer. */
export interface ByFile {
  readonly means: 'file';
  /** Absolute. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  /** Bits that let everyone read it were asked for, in so many words. */
  readonly worldReadable: boolean;
  /** `user` or `user:group`, each by name or number. Left out: whoever runs Rekey. */
  readonly fileOwner?: string;
  /** The process that reads it again. */
  readonly signal?: { readonly pidFile: string; readonly name: SignalName };
}

/** What processes read their files again on. */
export const SIGNAL_NAMES = ['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
export type SignalName = (typeof SIGNAL_NAMES)[number];

/** Where each can be told: what works on one machine is not on AWS, and the other way round. */
export const MEANS_OF = {
  'one-machine': ['webhook', 'exec', 'file'],
  aws: ['webhook', 'sns'],
} as const satisfies Record<string, readonly Means[]>;
export type World = keyof typeof MEANS_OF;
