import * as z from 'zod';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { tellDue } from '../../shared/driver/tell-due.ts';

/** Leaves: every consumer that is due told once more, and what it answered written down. Runs beside the secrets' own stages. */
export const tellConsumers = defineFunction({
  name: 'TellConsumers',
  needs: ['registry', 'store', 'notifier', 'clock', 'random'],
  input: {},
  output: { told: z.number() },
  async run(_input, services) {
    return { told: await tellDue(services) };
  },
});
