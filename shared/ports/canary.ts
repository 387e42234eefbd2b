import type { SecretRef } from '../domain/secret-ref.ts';

/**
 * What a read met. `denied`: refused, with the refusal's code (`fenced`, `key-closed`). `failed`: it could not tell, which is
 * neither. `unenforced`: served, and so was a call that nobody lets it make: permissions count for nothing where it stands, and
 * no denial can be waited for. Never the value.
 */
export type CanaryAnswer =
  | { readonly state: 'denied'; readonly code: string }
  | { readonly state: 'allowed' }
  | { readonly state: 'unenforced' }
  | { readonly state: 'failed'; readonly message: string };

/** A reader of our own who tries what an honest reader does; the value goes nowhere. Never throws. */
export interface Canary {
  /** Through the resolver. */
  throughResolver(ref: SecretRef): Promise<CanaryAnswer>;
  /** Straight from the store with a reader's rights, around the resolver. */
  underKey(ref: SecretRef): Promise<CanaryAnswer>;
}
