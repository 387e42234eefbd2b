import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { wire } from '../wire.ts';
import { STORE_NAMES, storeOf } from './store-of.ts';

/** A worker by the function's own role: what it may read and write is that role's. Nobody else's reads. */
export const ownStore = wire(STORE_NAMES, (names) =>
  storeOf({ worker: new SecretsManagerClient({}) }, names),
);
