/** What STS said to whoever signed with a key. `GetCallerIdentity` needs no right: whoever is let in gets its answer. */
export type KeyAnswer =
  /** `userId`: IAM's own name for whose key it is; empty where it was not told. */
  | { readonly saw: 'accepted'; readonly userId: string; readonly arn: string }
  /** The key is off, gone, or not known here yet (`InvalidClientTokenId`). */
  | { readonly saw: 'refused' }
  /** The key is known and on; the secret is not its own. */
  | { readonly saw: 'secret-refused' }
  /** Another answer, from which nothing follows. */
  | { readonly saw: 'nothing'; readonly why: string }
  | { readonly saw: 'unreachable'; readonly why: string };
