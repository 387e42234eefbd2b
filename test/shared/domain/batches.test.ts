import { expect, test } from 'vitest';
import { batchesOf } from '../../../shared/domain/batches.ts';

test('[5.4] targets are interleaved, and what administers them goes when the others have gone', () => {
  const secrets = [
    { ref: 'vault://admin/a', target: 'a' },
    { ref: 'vault://p/1', target: 'a' },
    { ref: 'vault://p/2', target: 'a' },
    { ref: 'vault://p/3', target: 'a' },
    { ref: 'vault://p/4', target: 'b' },
  ];
  expect(batchesOf(secrets, new Set(['vault://admin/a']), 2)).toEqual([
    { targetId: 'a', secretRefs: ['vault://p/1', 'vault://p/2'] },
    { targetId: 'b', secretRefs: ['vault://p/4'] },
    { targetId: 'a', secretRefs: ['vault://p/3'] },
    { targetId: 'a', secretRefs: ['vault://admin/a'] },
  ]);
});
