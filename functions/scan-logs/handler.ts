import * as z from 'zod';
import { createRedactor } from '../../shared/domain/leaks/redactor.ts';
import { readSubscribedLog } from '../../shared/domain/leaks/subscribed-log.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { recentFingerprints } from '../../shared/driver/leaks/recent-fingerprints.ts';
import { reportScanned, Scanned } from '../../shared/driver/leaks/scanned.ts';

const BY = { user: 'rekey', source: 'cloudwatch-logs' };

/**
 * Leaves: a log's events passed on with what is secret in them replaced, each by itself; whose values they held, written down,
 * and incidents proposed for those that may still open something.
 */
export const scanLogs = defineFunction({
  name: 'ScanLogs',
  needs: ['registry', 'store', 'fingerprints', 'plans', 'clock', 'cleanLogs'],
  input: { awslogs: z.strictObject({ data: z.string() }) },
  output: { events: z.number(), replaced: z.number() },
  async run({ awslogs }, services) {
    const log = readSubscribedLog(awslogs.data);
    if (log === null) return { events: 0, replaced: 0 };
    const matcher = await recentFingerprints(services);
    const scanned = new Scanned();
    let replaced = 0;
    const clean = log.events.map(({ atMs, message }) => {
      const passed: Uint8Array[] = [];
      const redactor = createRedactor({
        matcher,
        pass: (bytes) => passed.push(bytes),
        replaced: (what) => {
          scanned.note(what);
          replaced += 1;
        },
      });
      redactor.push(Buffer.from(message));
      redactor.end();
      return { atMs, message: Buffer.concat(passed).toString('utf8') };
    });
    // What people act on first: a log that could not be passed on comes again, and is one leak all the same.
    await reportScanned(services, log.group, scanned.all(), BY);
    await services.cleanLogs.put(log, clean);
    return { events: clean.length, replaced };
  },
});
