import * as z from 'zod';
import { defineFunction } from '../../shared/driver/define-function.ts';

/** Leaves: every entry that was committed when it began with its sequence and hash. Woken, or run again, it does no more. */
export const chainAudit = defineFunction({
  name: 'ChainAudit',
  needs: ['audit'],
  input: {},
  output: { seq: z.number() },
  async run(_input, { audit }) {
    const { seq } = await audit.chainPending();
    return { seq };
  },
});
