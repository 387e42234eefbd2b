import * as z from 'zod';
import { createS3Packets } from '../../s3/packets.ts';
import { lambdaClock } from '../clock.ts';
import { wire } from '../wire.ts';
import { s3 } from './s3.ts';

const DAY_MS = 86_400_000;

export const packets = wire(
  { REKEY_ARCHIVE_BUCKET: z.string().min(3), REKEY_ARCHIVE_DAYS: z.coerce.number().int().min(1) },
  (names) =>
    createS3Packets(s3, names.REKEY_ARCHIVE_BUCKET, {
      clock: lambdaClock,
      retainForMs: names.REKEY_ARCHIVE_DAYS * DAY_MS,
    }),
);
