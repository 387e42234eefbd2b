import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aFolder, rekey } from '../support/command-line.ts';

const FILE = `version: 1
classes:
  payments: { owner: payments-team, maxAge: 30d, rotation: { every: 20d } }
`;

test('[5.2] a freeze is set and released, of a class or of everything, shown with who set it, since when and why', async () => {
  const folder = aFolder();
  writeFileSync(join(folder, 'rekey.yaml'), FILE);
  expect((await rekey(['apply', '--yes'], { folder })).code).toBe(0);
  const status = async () => (await rekey(['status'], { folder })).stdout;

  const frozen = await rekey(['freeze', '--class', 'payments', '--reason', 'year end'], { folder });
  expect(frozen.code).toBe(0);
  expect(frozen.stdout).toMatch(
    /^class payments: frozen since \d{4}-\d\d-\d\dT[\d:]{8}Z by \S+: year end\n$/,
  );
  expect(await status()).toMatch(/^class payments: .*; rotation frozen since .* by \S+: year end\n$/);
  expect((await rekey(['freeze', '--json'], { folder })).stdout).toMatch(
    /^\{"freeze":\{"v":1,"frozen":true,/,
  );
  // One of everything stands before the class's own.
  expect(await status()).toMatch(/^everything: rotation frozen since .*Z by \S+\nclass payments: /);
  expect((await rekey(['unfreeze', '--class', 'payments'], { folder })).stdout).toMatch(
    /^class payments: released /,
  );
  expect((await rekey(['unfreeze'], { folder })).stdout).toMatch(/^everything: released /);
  expect(await status()).not.toContain('frozen');
  const { stdout } = await rekey(['audit', 'tail', '--json'], { folder });
  expect(stdout).toContain('"reason":"frozen: year end"');
  expect(stdout.match(/"action":"freeze"/g)).toHaveLength(4);

  const unknown = await rekey(['freeze', '--class', 'paymets'], { folder });
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toContain('there is no class paymets');
});
