import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { deployService } from './deploy.ts';
import { packageService } from './package.ts';

// npm run package [-- --stage S --config rekey.yaml]     npm run deploy -- --stage S [--config rekey.yaml]
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { stage: { type: 'string' }, config: { type: 'string', default: 'rekey.yaml' } },
});
const [command] = positionals;
if (command === 'deploy' && values.stage === undefined) {
  process.stderr.write('npm run deploy -- --stage STAGE: a deployment has no default stage\n');
  process.exitCode = 2;
} else {
  const stage = values.stage ?? 'dev';
  const out = resolve(import.meta.dirname, '..', '.build');
  await packageService(out, stage, resolve(values.config));
  if (command === 'deploy') await deployService(out, stage);
}
