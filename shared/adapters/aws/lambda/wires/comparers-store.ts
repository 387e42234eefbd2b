import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { wire } from '../wire.ts';
import { STORE_NAMES, storeOf } from './store-of.ts';

/** Opens by the function's own role what fingerprints are made with: the keys let that role read nothing else. */
export const comparersStore = wire(STORE_NAMES, (names) =>
  storeOf({ prover: new SecretsManagerClient({}) }, names),
);
