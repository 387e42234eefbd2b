import * as z from 'zod';
import { lambdaClock } from '../clock.ts';
import { lambdaRandom } from '../random.ts';

/** What a chain is opened with. */
export const AUDIT_NAMES = {
  REKEY_REGISTRY_TABLE: z.string().min(1),
  REKEY_AUDIT_TABLE: z.string().min(1),
  REKEY_PREFIX: z.string().min(1),
};
export const TIMING = { clock: lambdaClock, random: lambdaRandom };

export function placeOf(names: Readonly<Record<keyof typeof AUDIT_NAMES, string>>) {
  return {
    // A stage has one chain.
    chain: names.REKEY_PREFIX,
    registryTable: names.REKEY_REGISTRY_TABLE,
    auditTable: names.REKEY_AUDIT_TABLE,
  };
}
