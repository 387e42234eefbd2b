import * as z from 'zod';
import { readRecord } from '../../shared/domain/reads/cloudtrail/read-record.ts';
import { readImported } from '../../shared/domain/reads/imported-read.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { takeInRecords } from '../../shared/driver/take-in-records.ts';

/** Records at once: one commit holds them all. */
export const MOST_RECORDS = 1_000;

/** Takes what tells of reads into the audit: records of AWS's trail, or reads in the shape of `audit import`. Told again, nothing changes. */
export const recordReads = defineFunction({
  name: 'RecordReads',
  needs: ['registry', 'naming', 'deadLetters', 'clock'],
  input: { format: z.enum(['cloudtrail', 'read']), records: z.array(z.unknown()).max(MOST_RECORDS) },
  output: { reads: z.number(), changes: z.number(), nothing: z.number(), unread: z.number() },
  async run({ format, records }, services) {
    const read = format === 'cloudtrail' ? readRecord : readImported;
    return takeInRecords(
      services,
      records.map((record) => ({ record, told: read(record) })),
    );
  },
});
