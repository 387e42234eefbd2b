import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aFolder, rekey } from '../support/command-line.ts';

const FILE = `version: 1
classes:
  payments: { owner: payments-team, maxAge: 30d }
`;

test('[5.4] the brake is set, shown with who set it and since when, and released', async () => {
  const folder = aFolder();
  writeFileSync(join(folder, 'rekey.yaml'), FILE);
  expect((await rekey(['apply', '--yes'], { folder })).code).toBe(0);
  const brake = (...words: string[]) => rekey(['brake', '--class', 'payments', ...words], { folder });

  const slowed = await brake('--slow', '30/m', '--json');
  expect(slowed.code).toBe(0);
  expect(JSON.parse(slowed.stdout)).toMatchObject({ brake: { perSecond: 0.5 } });
  expect((await rekey(['status'], { folder })).stdout).toMatch(
    /^class payments: .*; re-issue slowed to 30\/m since \d{4}-\d\d-\d\dT[\d:]{8}Z by \S+\n$/,
  );
  expect((await brake('--stop')).stdout).toMatch(/^class payments: stopped since .* by \S+\n$/);
  expect(await brake('--release')).toMatchObject({ code: 0, stdout: 'class payments: released\n' });
  expect((await rekey(['status'], { folder })).stdout).toBe('class payments: 0 secrets, epoch 1\n');
  const { stdout } = await rekey(['audit', 'tail', '--json'], { folder });
  expect(stdout).toContain('"reason":"stopped"');

  for (const words of [[], ['--stop', '--release'], ['--slow', '0/s'], ['--slow', 'fast']]) {
    expect((await brake(...words)).code).toBe(2);
  }
  const unknown = await rekey(['brake', '--class', 'paymets', '--stop'], { folder });
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toContain('there is no class paymets');
});
