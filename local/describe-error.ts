import { RekeyError } from '../shared/domain/errors.ts';
import { describeUnforeseen } from '../shared/domain/unforeseen.ts';

/** What went wrong, in a line of a log: never the words of an error that is not ours. */
export function describeError(error: unknown): string {
  return error instanceof RekeyError ? `${error.code}: ${error.message}` : describeUnforeseen(error);
}
