import * as z from 'zod';
import { canonicalJson, sha256Hex } from '../canonical.ts';
import { LAYERS } from './record.ts';

/** What a quarantine will do, and to whom: what a person confirms. Times and counts of reads are beside it: they change while he reads. */
export const QuarantinePlan = z.object({
  v: z.literal(1),
  principal: z.string(),
  layers: z.array(z.object({ layer: z.enum(LAYERS), does: z.string() })),
});
export type QuarantinePlan = z.output<typeof QuarantinePlan>;

/** What the principal has read of late: what stops working for it, and what it may still hold. */
export const ReadOfLate = z.object({
  ref: z.string(),
  reads: z.number(),
  lastMs: z.number(),
});
export type ReadOfLate = z.output<typeof ReadOfLate>;

export function quarantinePlanHash(plan: QuarantinePlan): string {
  return sha256Hex(canonicalJson(plan));
}
