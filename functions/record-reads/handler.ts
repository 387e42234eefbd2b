import * as z from 'zod';
import { readRecord } from '../../shared/domain/reads/cloudtrail/read-record.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { Recorded, takeInRecords } from '../../shared/driver/take-in-records.ts';

/** Takes what AWS's trail tells of reads into the audit. Told again, nothing changes. */
export const recordReads = defineFunction({
  name: 'RecordReads',
  needs: ['registry', 'naming', 'deadLetters', 'clock', 'pseudonyms'],
  input: { records: z.array(z.unknown()) },
  output: Recorded.shape,
  async run({ records }, services) {
    return takeInRecords(
      services,
      records.map((record) => ({ record, told: readRecord(record) })),
    );
  },
});
