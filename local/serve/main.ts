import { describeError } from '../describe-error.ts';
import { isDiskFull } from '../disk-full.ts';
import { ENGINE_EXIT } from '../engine/exit.ts';
import { serve } from './serve.ts';

// As in the engine's own process: a report shows no variables, and Node prints no message.
process.report.excludeEnv = true;
process.once('uncaughtException', (error) => {
  say(describeError(error));
  process.exit(ENGINE_EXIT.failed);
});

const ending = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ending.abort());

try {
  await serve(process.env['REKEY_HOME'] ?? '', {
    host: process.env['REKEY_SERVE_HOST'] ?? '',
    port: Number(process.env['REKEY_SERVE_PORT']),
    signal: ending.signal,
    say,
  });
} catch (error) {
  process.exitCode = isDiskFull(error) ? ENGINE_EXIT.diskFull : ENGINE_EXIT.failed;
  say(`ended: ${describeError(error)}`);
}

function say(line: string): void {
  process.stderr.write(`rekey serve: ${line}\n`);
}
