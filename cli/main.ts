import { type Command, CommanderError } from 'commander';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { createProgram } from './program.ts';

/** Runs one command line; only the caller ends the process. */
export async function main(words: readonly string[]): Promise<ExitCode> {
  const outcome: { code: ExitCode } = { code: EXIT.done };
  const program: Command = createProgram((code) => {
    outcome.code = code;
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return outcome.code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.badInput;
    const { reportError } = await import('./report-error.ts');
    return reportError(error, words.includes('--json'));
  }
}
