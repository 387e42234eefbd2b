import { RekeyError } from '../../shared/domain/errors.ts';
import { describeUnforeseen } from '../../shared/domain/unforeseen.ts';
import type { OpenTrial } from '../../shared/rotators/contract/trial.ts';

export interface CheckResult {
  readonly name: string;
  /** `left-out`: this trial cannot run it. */
  readonly outcome: 'passed' | 'failed' | 'left-out';
  readonly words?: string;
}

/**
 * Runs the checks one after the other and takes away after each what it made, whatever became of it: also when `signal` breaks
 * it off. Answers those that ended. Throws where something could not be taken away.
 */
export async function runChecks(
  { checks, clear }: OpenTrial,
  signal: AbortSignal,
  tell: (result: CheckResult) => void,
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const brokenOff = new Promise<'broken off'>((resolve) => {
    if (signal.aborted) resolve('broken off');
    signal.addEventListener('abort', () => resolve('broken off'), { once: true });
  });
  for (const { name, run } of checks) {
    if (signal.aborted) break;
    const result = run === null ? leftOut(name) : await Promise.race([resultOf(name, run), brokenOff]);
    if (run !== null) await clear();
    if (result === 'broken off') break;
    results.push(result);
    tell(result);
  }
  return results;
}

async function resultOf(name: string, run: () => Promise<void>): Promise<CheckResult> {
  try {
    await run();
    return { name, outcome: 'passed' };
  } catch (error) {
    // What a driver says may repeat what was sent.
    const words = error instanceof RekeyError ? error.message : describeUnforeseen(error);
    return { name, outcome: 'failed', words };
  }
}

function leftOut(name: string): CheckResult {
  return { name, outcome: 'left-out', words: 'it takes two accounts' };
}
