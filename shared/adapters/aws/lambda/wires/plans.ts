import * as z from 'zod';
import { createS3Plans } from '../../s3/plans.ts';
import { wire } from '../wire.ts';
import { s3 } from './s3.ts';

export const plans = wire({ REKEY_MANIFESTS_BUCKET: z.string().min(3) }, (names) =>
  createS3Plans(s3, names.REKEY_MANIFESTS_BUCKET),
);
