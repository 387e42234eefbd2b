import * as z from 'zod';
import { createS3Manifests } from '../../s3/manifests.ts';
import { wire } from '../wire.ts';
import { s3 } from './s3.ts';

export const manifests = wire({ REKEY_MANIFESTS_BUCKET: z.string().min(3) }, (names) =>
  createS3Manifests(s3, names.REKEY_MANIFESTS_BUCKET),
);
