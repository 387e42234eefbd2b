import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { wire } from '../wire.ts';
import { actingAs, RoleArn, STORE_NAMES, storeOf } from './store-of.ts';

/** Writes and reads new versions by the function's own role, old ones as the prover. */
export const workersStore = wire(
  { ...STORE_NAMES, REKEY_PROVER_ROLE: RoleArn },
  ({ REKEY_PROVER_ROLE, ...names }) =>
    storeOf({ worker: new SecretsManagerClient({}), prover: actingAs(REKEY_PROVER_ROLE) }, names),
);
