import { RekeyError } from '../domain/errors.ts';
import type { Caller, InvocationContext } from './define-function.ts';

/** Who calls. A call that nobody vouches for is refused: there is no default user. */
export function callerOf({ caller }: InvocationContext): Caller {
  if (caller !== undefined && caller.user !== '') return caller;
  throw new RekeyError({
    code: 'caller-unknown',
    family: 'Denied',
    message: 'nobody vouches for who is calling',
    safe: 'Nothing was read and nothing was changed.',
    next: ['rekey doctor'],
  });
}
