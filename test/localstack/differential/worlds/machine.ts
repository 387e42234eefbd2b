import { readFileSync } from 'node:fs';

/** The machine that both worlds run. */
export const MACHINE = JSON.parse(
  readFileSync(new URL('../../../../statemachines/break-glass.asl.json', import.meta.url), 'utf8'),
) as object;
