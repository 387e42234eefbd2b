import * as z from 'zod';
import { readRecord } from '../../shared/domain/reads/cloudtrail/read-record.ts';
import { readImported } from '../../shared/domain/reads/imported-read.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { takeInRecords } from '../../shared/driver/take-in-records.ts';

/** At once; the rest at the next call. */
const MOST = 1_000;

/** Reads once more what was not understood: what is now becomes entries and leaves, the rest stays. */
export const replayDeadLetters = defineFunction({
  name: 'ReplayDeadLetters',
  needs: ['registry', 'naming', 'deadLetters', 'clock', 'pseudonyms'],
  input: {},
  output: { taken: z.number(), left: z.number() },
  async run(_input, services, context) {
    callerOf(context);
    const { deadLetters } = services;
    const letters = await deadLetters.list('unread', MOST);
    const read = letters.map(({ id, body }) => {
      const record = parsed(body);
      const [told = readRecord(record)] = [readRecord, readImported]
        .map((as) => as(record))
        .filter(({ kind }) => kind !== 'unread');
      return { id, record, told };
    });
    const understood = read.filter(({ told }) => told.kind !== 'unread');
    await takeInRecords(services, understood);
    await deadLetters.remove(understood.map(({ id }) => id));
    return { taken: understood.length, left: (await deadLetters.count()).unread };
  },
});

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
}
