import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { deployService } from './deploy.ts';
import { packageService } from './package.ts';

// npm run package [-- --stage S --config rekey.yaml]     npm run deploy -- --stage S [--config rekey.yaml] [--param archiveDays=1]
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    stage: { type: 'string' },
    config: { type: 'string', default: 'rekey.yaml' },
    // Of serverless.yml.
    param: { type: 'string', multiple: true, default: [] },
  },
});
const [command] = positionals;
if (command === 'deploy' && values.stage === undefined) {
  process.stderr.write('npm run deploy -- --stage STAGE: a deployment has no default stage\n');
  process.exitCode = 2;
} else {
  const stage = values.stage ?? 'dev';
  const out = resolve(import.meta.dirname, '..', '.build');
  await packageService(out, stage, resolve(values.config), values.param);
  if (command === 'deploy') await deployService(out, stage, values.param);
}
