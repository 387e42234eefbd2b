import * as z from 'zod';

/** What a chain is followed with. */
export const CHAIN_NAMES = { REKEY_AUDIT_TABLE: z.string().min(1), REKEY_PREFIX: z.string().min(1) };

export function chainOf(names: Readonly<Record<keyof typeof CHAIN_NAMES, string>>) {
  // A stage has one chain.
  return { chain: names.REKEY_PREFIX, auditTable: names.REKEY_AUDIT_TABLE };
}
