import * as z from 'zod';
import { wallClock } from '../../../../wall-clock.ts';
import { createS3Trail } from '../../s3/trail.ts';
import { wire } from '../wire.ts';
import { PLACE_NAMES, placeIn } from './place.ts';
import { s3 } from './s3.ts';

export const trail = wire(
  { ...PLACE_NAMES, REKEY_ARCHIVE_BUCKET: z.string().min(1) },
  ({ REKEY_ARCHIVE_BUCKET, ...names }) => {
    const { account, region } = placeIn(names);
    // The stage's own trail writes there: deploy/resources/alarms.yml.
    return createS3Trail(s3, { bucket: REKEY_ARCHIVE_BUCKET, prefix: 'trail', account, region }, wallClock);
  },
);
