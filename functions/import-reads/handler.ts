import * as z from 'zod';
import { readRecord } from '../../shared/domain/reads/cloudtrail/read-record.ts';
import { readImported } from '../../shared/domain/reads/imported-read.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { Recorded, takeInRecords } from '../../shared/driver/take-in-records.ts';

/** Records at once: one commit holds them all. */
export const MOST_RECORDS = 1_000;

/** Takes what a person's files tell of reads into the audit: records of AWS's trail, or reads in the shape of `audit import`. Told again, nothing changes. */
export const importReads = defineFunction({
  name: 'ImportReads',
  needs: ['registry', 'naming', 'deadLetters', 'clock', 'pseudonyms'],
  input: { format: z.enum(['cloudtrail', 'read']), records: z.array(z.unknown()).max(MOST_RECORDS) },
  output: Recorded.shape,
  async run({ format, records }, services, context) {
    callerOf(context);
    const read = format === 'cloudtrail' ? readRecord : readImported;
    return takeInRecords(
      services,
      records.map((record) => ({ record, told: read(record) })),
    );
  },
});
