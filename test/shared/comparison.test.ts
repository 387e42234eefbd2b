import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

test('each line of docs/comparison.md names a test that is there', () => {
  const titles = [
    ...readFileSync(join(ROOT, 'docs/comparison.md'), 'utf8').matchAll(/\| `([^`]+)` +\|$/gm),
  ].map(([, title]) => title ?? '');
  expect(titles.length).toBeGreaterThan(15);
  const sources = ['test/**/*.ts', 'shared/rotators/contract/*.ts']
    .flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
    .filter((file) => !file.endsWith('comparison.test.ts'))
    .map((file) => readFileSync(join(ROOT, file), 'utf8'));
  const missing = titles.filter((title) => !sources.some((source) => source.includes(title)));
  expect(missing).toEqual([]);
});
