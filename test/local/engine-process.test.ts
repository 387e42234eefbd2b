import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withoutValues, withValues } from '../../local/engine/environment.ts';
import { ENGINE_EXIT } from '../../local/engine/exit.ts';
import { aState } from '../support/state.ts';

const MAIN = new URL('../../local/engine/main.ts', import.meta.url).pathname;

test('[4.3] [4.4] what an engine did not foresee is said by its place: neither its log nor a report holds the message', async () => {
  const { home } = aState();
  const dumps = join(home, 'dumps');
  mkdirSync(dumps);
  const fault = `setTimeout(() => { throw new Error('planted-in-a-message'); }, 0)`;
  const engine = spawn(
    process.execPath,
    [
      '--report-uncaught-exception',
      `--report-directory=${dumps}`,
      '--import',
      `data:text/javascript,${encodeURIComponent(fault)}`,
      MAIN,
    ],
    { env: { REKEY_HOME: home }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const said: Buffer[] = [];
  engine.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  engine.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const code = await new Promise((resolve) => {
    engine.once('close', resolve);
  });
  expect(code).toBe(ENGINE_EXIT.failed);
  expect(Buffer.concat(said).toString('utf8')).toMatch(/^rekey engine: Error at .*\n$/);
  expect(readdirSync(dumps)).toEqual([]);
});

test('[1.5] an engine goes without what any rekey exec around it was given', () => {
  const shell = { PATH: '/bin', OWN: 'kept' };
  const outer = withValues(shell, new Map([['OUTER', 'v1']]));
  const inner = withValues(outer, new Map([['INNER', 'v2']]));
  expect(inner).toMatchObject({ ...shell, OUTER: 'v1', INNER: 'v2' });
  expect(withoutValues(inner)).toEqual(shell);
  expect(withoutValues(shell)).toEqual(shell);
});
