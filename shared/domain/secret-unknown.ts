import { RekeyError } from './errors.ts';
import { suggestNearest } from './nearest.ts';

/** Nobody enrolled it. `refs`: what is, for suggesting what was meant. */
export function secretUnknown(ref: string, refs: readonly string[]): RekeyError {
  const nearest = suggestNearest(ref, refs);
  return new RekeyError({
    code: 'secret-unknown',
    family: 'NotFound',
    message: `${ref} is not enrolled${nearest === null ? '' : ` (did you mean ${nearest}?)`}`,
    next: ['rekey status'],
  });
}
