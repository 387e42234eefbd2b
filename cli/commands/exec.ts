import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { readSecret } from '../../functions/read-secret/handler.ts';
import { withValues } from '../../local/engine/environment.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { given } from '../../shared/domain/given.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit-codes.ts';
import { withFace } from '../with-face.ts';

/** The secrets go into one child's environment and nowhere else. Its exit code is ours. */
export async function exec(
  context: Context,
  options: {
    readonly ref: readonly string[];
    readonly command: readonly string[];
    readonly agent?: string;
    readonly workflow?: string;
    readonly run?: string;
  },
): Promise<ExitCode> {
  const wanted = options.ref.map((pair) => {
    const at = pair.indexOf('=');
    return { name: pair.slice(0, at), ref: pair.slice(at + 1) };
  });
  const wrong = wanted.filter(
    ({ name, ref }) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || !ref.startsWith('vault://'),
  );
  const [program, ...words] = options.command;
  if (wrong.length > 0 || program === undefined) {
    throw new RekeyError({
      code: 'exec-arguments',
      family: 'Validation',
      message: `--ref takes NAME=vault://…, ${wrong.length} of ${wanted.length} are not of that form`,
      safe: 'Nothing was read and nothing was run.',
      next: ['rekey exec --ref DB_PASSWORD=vault://prod/db/app -- psql'],
    });
  }
  const values = new Map<string, string>();
  await withFace(context, async (face) => {
    for (const { name, ref } of wanted) {
      const { value } = await face.call(readSecret, {
        ref,
        workflowId: options.workflow ?? `exec:${program}`,
        ...given('agent', options.agent),
        ...given('runId', options.run),
      });
      values.set(name, value);
    }
  });
  const child = spawn(program, words, { stdio: 'inherit', env: withValues(process.env, values) });
  // The terminal interrupts the child too, which decides what it means; we only wait. Whoever ends us ends it.
  const ignore = () => undefined;
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  process.on('SIGINT', ignore);
  process.on('SIGTERM', pass);
  process.on('SIGHUP', pass);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', () =>
        reject(
          new RekeyError({
            code: 'exec-not-started',
            family: 'NotFound',
            message: `${program} could not be started`,
            safe: 'The secrets went nowhere.',
            next: [`command -v ${program}`],
          }),
        ),
      );
      child.once('exit', (code, signal) =>
        resolve((code ?? 128 + (signal === null ? 0 : constants.signals[signal])) as ExitCode),
      );
    });
  } finally {
    process.off('SIGINT', ignore);
    process.off('SIGTERM', pass);
    process.off('SIGHUP', pass);
  }
}
