import { expect, test } from 'vitest';
import { elapsedText } from '../../../shared/domain/elapsed.ts';

test.each([
  [0, '0.00 s'],
  [4_312, '4.31 s'],
  [59_994, '59.99 s'],
  [59_996, '1m'],
  [125_400, '2m5s'],
  [3_600_000, '1h'],
])('%i ms is said as %s', (ms, text) => {
  expect(elapsedText(ms)).toBe(text);
});
