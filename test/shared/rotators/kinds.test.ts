import { existsSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { kinds } from '../../../shared/adapters/aws/lambda/wires/kinds.ts';
import { rotators } from '../../../shared/rotators/rotators.ts';

const all = new URL('../../../shared/rotators/', import.meta.url);
const folders = readdirSync(all)
  .filter((name) => existsSync(new URL(`${name}/kind.ts`, all)))
  .sort();

test('each kind that has a folder can be enrolled, under its own name, in both worlds', async () => {
  expect(Object.keys(rotators).sort()).toEqual(folders);
  expect(Object.entries(rotators).every(([name, { kind }]) => name === kind)).toBe(true);
  expect(Object.keys(await kinds.open({})).sort()).toEqual(folders);
});
