import { RekeyError } from '../shared/domain/errors.ts';
import { describeUnforeseen } from '../shared/domain/unforeseen.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { formatError } from './screen/error.ts';
import { onOneLine } from './screen/seen.ts';

/** An error for people on stderr and, with `--json`, for scripts on stdout. An unforeseen one shows no message: it might hold anything. */
export function reportError(error: unknown, json: boolean): ExitCode {
  const known =
    error instanceof RekeyError
      ? error
      : new RekeyError({
          code: 'unexpected',
          family: 'Unrecoverable',
          message: `something unforeseen happened (${describeUnforeseen(error)})`,
          safe: 'What was recorded before stands.',
          next: ['rekey doctor', 'rekey status'],
        });
  process.stderr.write(`${formatError(known)}\n`);
  if (json) {
    const { code, family, message, safe, next } = known;
    process.stdout.write(`${onOneLine(JSON.stringify({ error: { code, family, message, safe, next } }))}\n`);
  }
  return known.family === 'Validation' ? EXIT.badInput : EXIT.failed;
}
