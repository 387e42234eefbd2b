import { readFile } from 'node:fs/promises';
import type { ByFile } from '../../shared/domain/consumer.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { refuseDetours } from './way-to-file.ts';

/** A process id and nothing else: 0 and negative ones are whole groups, 1 is the machine's own. */
const PID = /^\s*([2-9]|[1-9]\d{1,9})\s*$/;

/** Signals the process that the file names. `NotFound` `process-missing`; `Denied` `file-refused`, `process-refused`. */
export async function signalProcess({ pidFile, name }: NonNullable<ByFile['signal']>): Promise<void> {
  await refuseDetours(pidFile);
  const text = await readFile(pidFile, 'latin1').catch(() => '');
  const pid = Number(PID.exec(text)?.[1] ?? 0);
  if (pid === 0) throw missing(`${pidFile} names no process`);
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH')
      throw missing(`there is no process ${pid} (${pidFile})`);
    throw new RekeyError({
      code: 'process-refused',
      family: 'Denied',
      message: `process ${pid} (${pidFile}) takes no signal of this user`,
      safe: 'The file holds the new value.',
    });
  }
}

function missing(message: string): RekeyError {
  return new RekeyError({
    code: 'process-missing',
    family: 'NotFound',
    message,
    safe: 'The file holds the new value; a process that starts now reads it.',
  });
}
