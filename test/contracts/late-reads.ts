import { describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../shared/domain/audit/entry.ts';
import { lateRead } from '../../shared/domain/reads/late-read.ts';
import { readBy } from '../../shared/domain/reads/read-by.ts';
import { readEntry } from '../../shared/domain/reads/read-entry.ts';
import type { LateReads } from '../../shared/ports/late-reads.ts';
import { AT_MS, aSecret, uniqueName } from './records.ts';

export interface LateReadsUnderTest {
  readonly lateReads: LateReads;
  /** Has taken in what waits, as whoever brings it does; answers what is in the audit then. */
  readonly takeIn: () => Promise<readonly AuditEntry[]>;
}

export function aLateRead(user = 'svc'): AuditEntry {
  const secret = { ...aSecret('vault://prod/payments/s0', 'payments', 'db0'), currentVersionId: 'v-1' };
  const context = { user, source: '10.0.0.7', agent: 'planner', workflowId: 'w-1', runId: 'run-7' };
  const event = readBy(context, secret.ref, {
    id: uniqueName('read'),
    atMs: AT_MS,
    outcome: 'success',
    why: undefined,
  });
  return lateRead(readEntry(event, { secret, versions: [], record: secret }));
}

/** What every place keeps to where reads wait for the audit. */
export function describeLateReads(name: string, create: () => Promise<LateReadsUnderTest>): void {
  describe(`late reads ${name}`, () => {
    test('[1.4] what is kept comes into the audit whole, as late', async () => {
      const { lateReads, takeIn } = await create();
      const [one, other] = [aLateRead(), aLateRead('“hostile”\n\u001b[31m')];
      await lateReads.keep(one);
      await lateReads.keep(other);
      const told = await takeIn();
      expect(told).toHaveLength(2);
      expect(told).toEqual(expect.arrayContaining([one, other]));
      expect(told.map(({ read }) => read?.late)).toEqual([true, true]);
    });

    test('[1.4] kept twice, and taken in twice, it is one entry', async () => {
      const { lateReads, takeIn } = await create();
      const one = aLateRead();
      await lateReads.keep(one);
      await lateReads.keep(one);
      expect(await takeIn()).toEqual([one]);
      await lateReads.keep(one);
      expect(await takeIn()).toEqual([one]);
    });
  });
}
