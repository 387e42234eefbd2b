import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { wire } from '../wire.ts';
import { STORE_NAMES, storeOf } from './store-of.ts';

/** Reads by the function's own role what consumers are told with. */
export const tellersStore = wire(STORE_NAMES, (names) =>
  storeOf({ worker: new SecretsManagerClient({}) }, names),
);
