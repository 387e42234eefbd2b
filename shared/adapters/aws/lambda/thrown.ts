import { RekeyError } from '../../../domain/errors.ts';

/** Places in the bundle, innermost first, as `line:column`: the source map, kept outside the zip, names them. */
export function placesOf(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return [...stack.matchAll(/^ {4}at .*?\/index\.mjs:(\d{1,6}:\d{1,7})\)?$/gm)]
    .slice(0, 12)
    .map(([, place]) => place ?? '');
}

/** An error's own name where it is nothing but a word: a library may put anything there. */
export function nameOf(error: unknown): string {
  return error instanceof Error && /^[A-Za-z]{1,40}$/.test(error.name) ? error.name : typeof error;
}

/**
 * What leaves the function in place of an error: Lambda writes it to its own log and Step Functions to the history. `name`
 * is the family, which Retry and Catch match. A message of ours goes along, since it is written for people and never
 * holds a value; of anybody else's error only its kind and place. No cause, no further field, no stack.
 */
export function thrownFor(functionName: string, error: unknown): Error {
  const message =
    error instanceof RekeyError
      ? error.message
      : `${functionName} failed in an unforeseen way (${nameOf(error)} at ${placesOf(error)[0] ?? 'an unknown place'})`;
  const thrown = new Error(message);
  thrown.name = error instanceof RekeyError ? error.family : 'Unrecoverable';
  thrown.stack = `${thrown.name}: ${message}`;
  return thrown;
}
