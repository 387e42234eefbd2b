import type { SecretRecord } from '../domain/secret.ts';
import type { Account } from '../rotators/rotator.ts';

/** A secret as its rotator knows it: the account, and how the target itself knows it, once seen. */
export function accountOf({ ref, account, identity, handles }: SecretRecord): Account {
  return {
    ref,
    account,
    ...(identity === undefined ? {} : { identity }),
    ...(handles === undefined ? {} : { handles }),
  };
}
