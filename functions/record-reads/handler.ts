import * as z from 'zod';
import { readRecord } from '../../shared/domain/reads/cloudtrail/read-record.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { takeInLate } from '../../shared/driver/take-in-late.ts';
import { Recorded, takeInRecords } from '../../shared/driver/take-in-records.ts';

/** Takes what AWS's trail tells of reads into the audit, and reads by the resolver that waited for it. Told again, nothing changes. */
export const recordReads = defineFunction({
  name: 'RecordReads',
  needs: ['registry', 'naming', 'deadLetters', 'clock', 'pseudonyms'],
  input: {
    records: z.array(z.unknown()),
    /** What the resolver kept while the audit took nothing. */
    late: z.array(z.unknown()).default([]),
  },
  output: { ...Recorded.shape, late: z.number() },
  async run({ records, late }, services) {
    const recorded = await takeInRecords(
      services,
      records.map((record) => ({ record, told: readRecord(record) })),
    );
    return { ...recorded, late: await takeInLate(services, late) };
  },
});
