import { createS3AuditArchive } from '../../s3/audit-archive.ts';
import { wire } from '../wire.ts';
import { ARCHIVE_NAMES, lockOf } from './archive-place.ts';
import { s3 } from './s3.ts';

export const archive = wire(ARCHIVE_NAMES, (names) =>
  createS3AuditArchive(s3, names.REKEY_ARCHIVE_BUCKET, lockOf(names)),
);
