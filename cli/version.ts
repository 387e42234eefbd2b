import { readFileSync } from 'node:fs';

/** Of the Rekey that runs. */
export const REKEY_VERSION = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;
