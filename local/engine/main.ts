import { writeFileSync } from 'node:fs';
import { pathsIn } from '../home.ts';
import { describeEnd, runEngine } from './engine.ts';

const home = process.env['REKEY_HOME'];
if (home === undefined) {
  process.stderr.write('rekey engine: REKEY_HOME names no state directory\n');
  process.exitCode = 2;
} else {
  const ending = new AbortController();
  const { enginePid } = pathsIn(home);
  process.once('SIGTERM', () => ending.abort());
  try {
    const ran = await runEngine(home, {
      onStarted: () => writeFileSync(enginePid, String(process.pid), { mode: 0o600 }),
      signal: ending.signal,
      onCarriedOn: (names) => process.stderr.write(`rekey engine: carried on ${names.join(', ')}\n`),
    });
    if (!ran) process.stderr.write('rekey engine: another engine works on this state\n');
  } catch (error) {
    process.stderr.write(`rekey engine: ended: ${describeEnd(error)}\n`);
    process.exitCode = 1;
  }
}
