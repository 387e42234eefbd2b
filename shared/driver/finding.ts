import * as z from 'zod';

/** One thing that an incident needs, and whether it is in order. */
export const Finding = z.object({ what: z.string(), ok: z.boolean(), detail: z.string() });
export type Finding = z.output<typeof Finding>;
