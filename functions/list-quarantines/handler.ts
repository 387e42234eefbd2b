import * as z from 'zod';
import { Quarantine } from '../../shared/domain/quarantine/record.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

/** Those that stand. */
export const listQuarantines = defineFunction({
  name: 'ListQuarantines',
  needs: ['registry'],
  input: {},
  output: { quarantines: z.array(Quarantine) },
  async run(_input, { registry }, context) {
    callerOf(context);
    return { quarantines: await registry.quarantines() };
  },
});
