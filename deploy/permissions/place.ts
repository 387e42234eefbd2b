import type { Place } from './template.ts';

/** Where the documented stage is thought to be: a stage, an account and a region that nobody has. */
export const DOCUMENTED: Place = { account: '111122223333', region: 'us-east-1', stack: 'rekey-STAGE' };
