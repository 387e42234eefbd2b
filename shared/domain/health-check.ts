import * as z from 'zod';
import type { RekeyError } from './errors.ts';

/** One thing that an incident needs, and whether it is in order. */
export const HealthCheck = z.object({
  what: z.string(),
  ok: z.boolean(),
  detail: z.string(),
  /** What mends it. */
  next: z.string().optional(),
});
export type HealthCheck = z.output<typeof HealthCheck>;

/** Commands that look and mend nothing. */
const LOOKS: ReadonlySet<string> = new Set(['rekey doctor', 'rekey status']);

/** An error's next command, where that mends something. */
export function mendedBy(error: RekeyError, otherwise: string): string {
  return error.next.find((next) => !LOOKS.has(next)) ?? otherwise;
}
