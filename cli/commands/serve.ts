import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { WITHOUT_CORE } from '../../local/engine/launch.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

interface ServeOptions {
  readonly host: string;
  readonly port: string;
}

/** Schedule, workers, Slack's endpoint and health in one process, in the foreground until it is told to end. */
export async function serve(context: Context, { host, port }: ServeOptions): Promise<ExitCode> {
  if (context.deployment !== null) throw notHere();
  const number = Number(port);
  if (!Number.isInteger(number) || number < 0 || number > 65_535) throw badPort(port);
  const main = new URL('../../local/serve/main.ts', import.meta.url).pathname;
  const served = spawn('/bin/sh', ['-c', WITHOUT_CORE, process.execPath, main], {
    stdio: 'inherit',
    env: { ...process.env, REKEY_HOME: context.home, REKEY_SERVE_HOST: host, REKEY_SERVE_PORT: port },
  });
  const pass = (signal: NodeJS.Signals) => served.kill(signal);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, pass);
  const [code] = (await once(served, 'exit')) as [number | null];
  return code === 0 ? EXIT.done : EXIT.failed;
}

function notHere(): RekeyError {
  return new RekeyError({
    code: 'serve-here',
    family: 'Validation',
    message: 'a deployment serves itself: this command is for one machine',
    safe: 'Nothing was started.',
    next: ['rekey serve, without --stage and --context'],
  });
}

function badPort(port: string): RekeyError {
  return new RekeyError({
    code: 'bad-port',
    family: 'Validation',
    message: `${port} is no port: 0 to 65535`,
    safe: 'Nothing was started.',
    next: ['rekey serve --port 8437'],
  });
}
