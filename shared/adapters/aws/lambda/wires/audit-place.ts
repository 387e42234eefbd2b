import * as z from 'zod';
import { CHAIN_NAMES, chainOf } from './chain-place.ts';

/** What a chain, and what comes into it, is opened with. */
export const AUDIT_NAMES = { ...CHAIN_NAMES, REKEY_REGISTRY_TABLE: z.string().min(1) };

export function placeOf(names: Readonly<Record<keyof typeof AUDIT_NAMES, string>>) {
  return { ...chainOf(names), registryTable: names.REKEY_REGISTRY_TABLE };
}
