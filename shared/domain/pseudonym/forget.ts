import * as z from 'zod';
import { canonicalJson, sha256Hex } from '../canonical.ts';

/** People who have to say so before somebody is forgotten: it cannot be taken back, and it would hide whoever read what he should not. */
export const VOICES_NEEDED = 2;
/** For so long a voice counts. */
export const VOICE_LASTS_MS = 7 * 86_400_000;

/** Whom forgetting makes nobody’s: what people look at, and sign. The name is not in it. */
export const ForgetPlan = z.object({
  v: z.literal(1),
  kind: z.literal('forget-person'),
  pseudonym: z.string(),
  /** In whose entries he is. */
  classes: z.array(z.string()),
});
export type ForgetPlan = z.output<typeof ForgetPlan>;

/** What stands beside the plan: it changes while a person reads. */
export const ForgetOutlook = z.object({
  /** Entries that have the pseudonym. */
  entries: z.number(),
  /** Entries that have the name itself: of before there were pseudonyms, or of what he did himself with Rekey. They keep it. */
  inClear: z.number(),
  /** Addresses of his that stand by no other person’s name: they go with him. */
  addresses: z.number(),
});
export type ForgetOutlook = z.output<typeof ForgetOutlook>;

export function forgetPlanHash(plan: ForgetPlan): string {
  return sha256Hex(canonicalJson(plan));
}

export function forgetBytes(plan: ForgetPlan): Buffer {
  return Buffer.from(canonicalJson(plan));
}

/** What the audit gathers voices under. */
export function forgetOperation(pseudonym: string): string {
  return `forget-${pseudonym.slice(3, 15)}`;
}
