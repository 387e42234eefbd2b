import type { SecretRef } from '../domain/secret-ref.ts';

/** By which names others know what is Rekey's here. Names alone: whether it is enrolled the registry says. */
export interface Naming {
  /** The reference that a store's name of a secret stands for. Null: of none here. */
  refOf(name: string): SecretRef | null;
  /** Whether a principal is one of Rekey's own roles. */
  isOwn(principal: string): boolean;
}
