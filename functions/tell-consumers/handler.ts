import * as z from 'zod';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { signingKeysOf } from '../../shared/driver/signing-keys.ts';
import { tellDue } from '../../shared/driver/tell-due.ts';
import { tellNotices } from '../../shared/driver/tell-notices.ts';

/**
 * Leaves: every consumer that is due told once more, and what it answered written down; and people, by the means whose keys or
 * tokens it can read. Runs beside the secrets' own stages.
 */
export const tellConsumers = defineFunction({
  name: 'TellConsumers',
  needs: ['registry', 'store', 'notifier', 'notices', 'clock', 'random'],
  input: {},
  output: { told: z.number() },
  async run(_input, services) {
    const told = await tellDue(services);
    await tellNotices(services, signingKeysOf(services));
    return { told };
  },
});
