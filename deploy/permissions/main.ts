import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { packageService } from '../package.ts';
import { matrixOf } from './matrix.ts';
import { renderPermissions } from './page.ts';
import { DOCUMENTED, DOCUMENTED_CONFIG } from './place.ts';
import { stackOf } from './stack.ts';
import type { Template } from './template.ts';

// npm run permissions
const folder = mkdtempSync(join(tmpdir(), 'rekey-permissions-'));
const [out, config] = [join(folder, 'build'), join(folder, 'rekey.yaml')];
try {
  writeFileSync(config, DOCUMENTED_CONFIG);
  await packageService(out, 'STAGE', config);
  const file = join(out, 'serverless', 'cloudformation-template-update-stack.json');
  const stack = stackOf(JSON.parse(readFileSync(file, 'utf8')) as Template, DOCUMENTED);
  const page = resolve(import.meta.dirname, '..', '..', 'docs', 'permissions.md');
  writeFileSync(page, renderPermissions(stack, await matrixOf(stack)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
