import type { Identity } from '../domain/identity.ts';
import type { Caller } from './define-function.ts';

/** Who a caller is to the way that vouches for him. No user of an operating system has a colon in the name. */
export function identityOf({ user }: Caller): Identity {
  return { way: user.startsWith('arn:') ? 'iam' : 'os', id: user };
}
