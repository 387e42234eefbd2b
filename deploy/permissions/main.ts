import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { packageService } from '../package.ts';
import { matrixOf } from './matrix.ts';
import { renderPermissions } from './page.ts';
import { DOCUMENTED } from './place.ts';
import { stackOf } from './stack.ts';
import type { Template } from './template.ts';

// npm run permissions
const out = mkdtempSync(join(tmpdir(), 'rekey-permissions-'));
try {
  await packageService(out, 'STAGE', join(out, 'rekey.yaml'));
  const file = join(out, 'serverless', 'cloudformation-template-update-stack.json');
  const stack = stackOf(JSON.parse(readFileSync(file, 'utf8')) as Template, DOCUMENTED);
  const page = resolve(import.meta.dirname, '..', '..', 'docs', 'permissions.md');
  writeFileSync(page, renderPermissions(stack, await matrixOf(stack)));
} finally {
  rmSync(out, { recursive: true, force: true });
}
