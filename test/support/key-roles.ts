import type { KeyRoles } from '../../shared/adapters/aws/kms/key-policy.ts';

/** One role of each kind, in an account. */
export function keyRoles(account: string, region: string, prefix: string): KeyRoles {
  const role = (name: string): string => `arn:aws:iam::${account}:role/${prefix}-${name}`;
  return {
    account,
    region,
    secretPrefix: prefix,
    readers: [role('reader')],
    reissuers: [role('reissuer')],
    rotators: [role('rotator')],
    provers: [role('prover')],
    comparers: [role('comparer')],
    makers: [role('maker')],
    fenceOperators: [role('fence')],
    destroyers: [role('sealer')],
    responders: [role('responder')],
  };
}
