import { existsSync, writeFileSync } from 'node:fs';
import { STARTER } from '../../shared/domain/config/starter.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

export async function init(context: Context): Promise<ExitCode> {
  if (existsSync(context.configFile)) {
    throw new RekeyError({
      code: 'config-exists',
      family: 'Conflict',
      message: `${context.configFile} is there already`,
      safe: 'It was not touched.',
      next: ['rekey apply'],
    });
  }
  writeFileSync(context.configFile, STARTER, { flag: 'wx' });
  if (context.json) context.print(JSON.stringify({ file: context.configFile }));
  else context.print(`wrote ${context.configFile}: read it, change it, then: rekey apply`);
  return EXIT.done;
}
