import * as z from 'zod';
import { wallClock } from '../../../../wall-clock.ts';

const DAY_MS = 86_400_000;

/** What a locked bucket is written with. */
export const ARCHIVE_NAMES = {
  REKEY_ARCHIVE_BUCKET: z.string().min(3),
  REKEY_ARCHIVE_DAYS: z.coerce.number().int().min(1),
};

export function lockOf({ REKEY_ARCHIVE_DAYS }: { readonly REKEY_ARCHIVE_DAYS: number }) {
  return { clock: wallClock, retainForMs: REKEY_ARCHIVE_DAYS * DAY_MS };
}
