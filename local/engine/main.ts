import { writeFileSync, writeSync } from 'node:fs';
import { describeError } from '../describe-error.ts';
import { isDiskFull, writingFiles } from '../disk-full.ts';
import { pathsIn } from '../home.ts';
import { runEngine } from './engine.ts';
import { ENGINE_EXIT } from './exit.ts';

// A diagnostic report that someone asked of Node shows no variables: what they hold is not ours to know.
process.report.excludeEnv = true;
// Node itself would print the message, and write it into a report.
process.once('uncaughtException', (error) => {
  say(describeError(error));
  process.exit(ENGINE_EXIT.failed);
});

const home = process.env['REKEY_HOME'];
if (home === undefined) {
  say('REKEY_HOME names no state directory');
  process.exitCode = ENGINE_EXIT.noState;
} else {
  const ending = new AbortController();
  const { enginePid } = pathsIn(home);
  process.once('SIGTERM', () => ending.abort());
  try {
    const ran = await runEngine(home, {
      onStarted: () => writingFiles(() => writeFileSync(enginePid, String(process.pid), { mode: 0o600 })),
      signal: ending.signal,
      onCarriedOn: (names) => say(`carried on ${names.join(', ')}`),
      onJudgeFailed: (error) => say(`nothing is judged: ${describeError(error)}`),
      onLateReadsFailed: (error) => say(`reads wait for the audit: ${describeError(error)}`),
      onHeld: (error) => say(`waits: ${describeError(error)}`),
    });
    if (!ran) say('another engine works on this state');
  } catch (error) {
    process.exitCode = isDiskFull(error) ? ENGINE_EXIT.diskFull : ENGINE_EXIT.failed;
    say(`ended: ${describeError(error)}`);
  }
}

function say(text: string): void {
  try {
    writeSync(process.stderr.fd, `rekey engine: ${text}\n`);
  } catch {
    // A log that takes no more is no reason to end, or to end otherwise: whoever watches hears the exit code.
  }
}
