import * as z from 'zod';
import { RekeyError } from '../../../domain/errors.ts';
import type { Names } from './wire.ts';

/** What starts with `REKEY_LAMBDA_` is of whatever runs the function: Lambda itself has `AWS_LAMBDA_`. */
const OURS = /^REKEY_(?!LAMBDA_)/;

/**
 * The names that a function's bundle reads, from the environment it was deployed with. Every bad one is reported at once,
 * never what it holds; one of ours that the bundle does not read is a mistake too.
 */
export function readNames(
  functionName: string,
  names: Names,
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, unknown>> {
  const ours = Object.fromEntries(Object.entries(environment).filter(([name]) => OURS.test(name)));
  const read = z.strictObject(names).safeParse(ours);
  if (read.success) return read.data;
  const faults = read.error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `${key}: not read by this function`).join('; ')
      : `${issue.path.join('.')}: ${ours[String(issue.path[0])] === undefined ? 'missing' : 'malformed'}`,
  );
  throw new RekeyError({
    code: 'function-environment',
    family: 'Validation',
    message: `${functionName} was deployed with a wrong environment: ${faults.join('; ')}`,
    safe: 'Nothing was done.',
    next: ['npm run deploy -- --stage STAGE'],
  });
}
