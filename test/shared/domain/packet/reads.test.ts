import { expect, test } from 'vitest';
import { readsOf } from '../../../../shared/domain/packet/reads.ts';
import { aRead, LEAKED } from '../../../support/packet-records.ts';

const A = 'vault://p/a';

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
