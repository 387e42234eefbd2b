import { createS3Packets } from '../../s3/packets.ts';
import { wire } from '../wire.ts';
import { ARCHIVE_NAMES, lockOf } from './archive-place.ts';
import { s3 } from './s3.ts';

export const packets = wire(ARCHIVE_NAMES, (names) =>
  createS3Packets(s3, names.REKEY_ARCHIVE_BUCKET, lockOf(names)),
);
