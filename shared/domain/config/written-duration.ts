import * as z from 'zod';
import { parseDuration } from './duration.ts';

/** A duration as the file has it. */
export const Duration = z
  .string()
  .refine((text) => parseDuration(text) !== null, { error: 'is no duration: 30d, 1h30m, 90s' })
  .meta({ pattern: '^(\\d+w)?(\\d+d)?(\\d+h)?(\\d+m)?(\\d+s)?$' });
