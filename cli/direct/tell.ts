import { recordDirectFence } from '../../functions/record-direct-fence/handler.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Context } from '../context.ts';
import type { Face } from '../face.ts';
import { setTold, untoldRecords } from './record.ts';

/**
 * Hands in what was closed around a deployment (`rekey-STAGE`) from this machine, before anything else is asked of it: a break-glass that came
 * first would take what was cut for what had been off before. One that is not taken keeps no command from its work.
 */
export async function tellDirectFences(context: Context, face: Face, prefix: string): Promise<void> {
  for (const { file, record } of untoldRecords(context.home)) {
    if (record === null) context.say(`rekey: ${file} is no record of a direct fence: look at it`);
    if (record?.prefix !== prefix) continue;
    try {
      const { marked, late } = await face.call(recordDirectFence, { fence: record });
      setTold(context.home, file, record.id);
      context.say(`rekey: the audit was told of the direct fence of ${new Date(record.atMs).toISOString()}`);
      if (marked > 0) context.say(`       ${marked} accounts that it cut come back on with their re-issue`);
      if (late) {
        context.say(
          `       too late for its cut: accounts that it switched off stay off, they are named in ${record.id}.json`,
        );
      }
    } catch (error) {
      if (!(error instanceof RekeyError)) throw error;
      context.say(`rekey: the audit was not told of ${record.id} yet: ${error.message}`);
    }
  }
}
