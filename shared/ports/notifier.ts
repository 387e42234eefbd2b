import type { ByExec, ByFile, BySns, ByWebhook } from '../domain/consumer.ts';

/** Where a consumer is told, by its means. */
export type Address = WebhookAddress | ByExec | BySns | ByFile;

export interface WebhookAddress extends Omit<ByWebhook, 'signingKeyRef'> {
  /** Signing key of the consumer (Standard Webhooks, `whsec_…`). */
  readonly signingKey: string;
}

/** A consumer told of a new version: reference and version only, never the value. */
export interface Tell<A extends Address = Address> {
  /** Same id on every retry: the consumer may discard repeats. */
  readonly messageId: string;
  readonly consumer: string;
  readonly to: A;
  readonly ref: string;
  readonly versionId: string;
  /** How it is to say that it uses the version; missing where it need not. */
  readonly confirm?: 'by-answer' | Confirmation;
  readonly atMs: number;
}

/** What a consumer confirms with later (ConfirmDelivery). Another token with each message; any of the last ones serves, once. */
export interface Confirmation {
  readonly id: string;
  readonly token: string;
}

/** `told`: the consumer answered that it has the message. `confirmed`: it says that it uses the version. */
export type TellOutcome =
  | { readonly state: 'confirmed' | 'told' }
  | { readonly state: 'failed'; readonly message: string };

export interface Notifier<A extends Address = Address> {
  /** Never throws: what did not arrive, or may not have, is `failed`, in words of our own and not the consumer's. */
  tell(message: Tell<A>): Promise<TellOutcome>;
}
