import { defineFunction } from '../../shared/driver/define-function.ts';

/** Leaves: a key that waits for the next epoch of any class. Run again, it does no more. */
export const keepSpareKeys = defineFunction({
  name: 'KeepSpareKeys',
  needs: ['keys'],
  input: {},
  output: {},
  async run(_input, { keys }) {
    await keys.keepSpares();
    return {};
  },
});
