import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { wire } from '../wire.ts';
import { STORE_NAMES, storeOf } from './store-of.ts';

/** Reads by the function's own role what readers read. */
export const readersStore = wire(STORE_NAMES, (names) =>
  storeOf({ reader: new SecretsManagerClient({}) }, names),
);
