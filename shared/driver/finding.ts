import * as z from 'zod';

/** One thing that an incident needs, and whether it is in order. */
export const Finding = z.object({
  what: z.string(),
  ok: z.boolean(),
  detail: z.string(),
  /** What mends it. */
  next: z.string().optional(),
});
export type Finding = z.output<typeof Finding>;
