import { KMSClient } from '@aws-sdk/client-kms';
import { systemClock } from '../../local/system.ts';
import { createKmsEpochKeys } from '../../shared/adapters/aws/kms/epoch-keys.ts';
import { createSecretsManagerStore } from '../../shared/adapters/aws/secrets-manager/secret-store.ts';
import { createProcessPace } from '../../shared/adapters/pace/in-process.ts';
import type { EpochKeys } from '../../shared/ports/keys.ts';
import type { Registry } from '../../shared/ports/registry.ts';
import type { SecretStore } from '../../shared/ports/store.ts';
import { enforceKeys } from './key-enforcement.ts';
import { keyRoles } from './key-roles.ts';
import { LOCAL_ACCOUNT, localStack } from './localstack.ts';

export const PREFIX = 'rekey-contracts';

const ROLES = keyRoles(LOCAL_ACCOUNT, 'us-east-1', PREFIX);

/** Store and keys on LocalStack, each role with a client of its own, the key policies enforced by injection. */
export function awsVault(registry: Registry): { readonly store: SecretStore; readonly keys: EpochKeys } {
  const { clientAs } = enforceKeys();
  const keys = createKmsEpochKeys(new KMSClient(localStack()), {
    prefix: PREFIX,
    roles: ROLES,
    registry,
    clock: systemClock,
  });
  const store = createSecretsManagerStore({
    clients: {
      reader: clientAs(ROLES.readers[0] ?? ''),
      worker: clientAs(ROLES.reissuers[0] ?? ''),
      prover: clientAs(ROLES.provers[0]),
    },
    prefix: PREFIX,
    writes: createProcessPace({ perSecond: 10_000, burst: 1_000 }, systemClock),
    clock: systemClock,
  });
  return { store, keys };
}
