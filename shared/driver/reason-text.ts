import * as z from 'zod';

/** Why, in a person's words: one line that shows as it is wherever it is read. */
export const reasonText = z
  .string()
  .min(1)
  .max(300)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u);
