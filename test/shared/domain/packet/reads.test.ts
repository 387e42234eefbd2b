import { expect, test } from 'vitest';
import type { AuditEntry } from '../../../../shared/domain/audit/entry.ts';
import { readsOf as readsByTime } from '../../../../shared/domain/packet/reads.ts';
import { versionsByTime } from '../../../../shared/domain/packet/version-of-read.ts';
import { aRead, CONFIRMED, LEAKED, proven } from '../../../support/packet-records.ts';

const A = 'vault://p/a';
const readsOf = (entries: readonly AuditEntry[]) => readsByTime(entries, versionsByTime(proven(A).versions));

test('[5.4] [6.2] reads are counted per principal and version, with the first and the last', () => {
  const reads = readsOf([
    aRead(A, { atMs: LEAKED + 3 }),
    aRead(A, { atMs: LEAKED + 1 }),
    aRead(A, { atMs: LEAKED + 9, versionId: `${A}#2` }),
    aRead(A, { user: 'eve' }),
    aRead(A, { user: 'eve', agent: 'scraper' }),
  ]);
  expect(reads.map(({ user, agent, versionId, count }) => [user, agent, versionId, count])).toEqual([
    ['checkout-service', null, `${A}#1`, 2],
    ['checkout-service', null, `${A}#2`, 1],
    ['eve', 'scraper', `${A}#1`, 1],
    ['eve', null, `${A}#1`, 1],
  ]);
  expect(reads[0]).toMatchObject({ firstMs: LEAKED + 1, lastMs: LEAKED + 3 });
});

test('[5.4] [6.2] a denied read is never counted with what was handed out, nor one that failed', () => {
  const reads = readsOf([
    aRead(A),
    aRead(A, { outcome: 'denied' }),
    aRead(A, { outcome: 'denied' }),
    aRead(A, { outcome: 'error' }),
  ]);
  expect(Object.fromEntries(reads.map(({ outcome, count }) => [outcome, count]))).toEqual({
    success: 1,
    denied: 2,
    error: 1,
  });
});

test('[5.4] a read that was refused before a version was chosen names none', () => {
  const { versionId: _none, ...refused } = aRead(A, { outcome: 'denied' });
  expect(readsOf([refused])).toMatchObject([{ ref: A, versionId: null, outcome: 'denied', count: 1 }]);
});

test('[7.3] a read that its source tells late, without a version, is of the version that readers got when it happened', () => {
  const told = (id: string, atMs: number) =>
    aRead(A, {
      id,
      atMs,
      versionId: `${A}#2`,
      read: { from: 'cloudtrail', eventId: id, verb: 'read', kind: 'role', versionPresumed: true },
    });
  expect(readsOf([told('late', CONFIRMED - 1), told('new', CONFIRMED + 5_000), aRead(A)])).toMatchObject([
    { versionId: `${A}#1`, from: 'resolver' },
    { versionId: `${A}#1`, from: 'cloudtrail', presumed: true },
    { versionId: `${A}#2`, from: 'cloudtrail', presumed: true },
  ]);
});
