import type { Naming } from '../../ports/naming.ts';
import { refOfSecretName } from './secrets-manager/secret-name.ts';

/** A stage's secrets and roles are known by its prefix; roles only of its own account: a name is anybody's to give. */
export function createAwsNaming({
  prefix,
  account,
}: {
  readonly prefix: string;
  readonly account: string;
}): Naming {
  const role = new RegExp(`^arn:[a-z-]+:iam::${account}:role/(?:[^/]+/)*${prefix}-[^/]+$`);
  return {
    refOf: (name) => refOfSecretName(prefix, name),
    isOwn: (principal) => role.test(principal),
  };
}
