/** A consumer told of a new version: reference and version only, never the value. */
export interface Tell {
  /** Same id on every retry: the consumer may discard repeats. */
  readonly messageId: string;
  readonly consumer: string;
  readonly url: string;
  /** Signing key of the consumer (Standard Webhooks, `whsec_…`). */
  readonly signingKey: string;
  readonly ref: string;
  readonly versionId: string;
  readonly atMs: number;
}

/** `told`: the consumer answered that it has the message. `confirmed`: it says that it uses the version. */
export type TellOutcome =
  | { readonly state: 'confirmed' | 'told' }
  | { readonly state: 'failed'; readonly message: string };

export interface Notifier {
  /** Never throws: what did not arrive, or may not have, is `failed`, in words of our own and not the consumer's. */
  tell(message: Tell): Promise<TellOutcome>;
}
