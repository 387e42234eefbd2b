import { wire } from '../wire.ts';
import { actingAs, RoleArn, STORE_NAMES, storeOf } from './store-of.ts';

/** Reads what a reader reads, as the canary. */
export const canarysStore = wire(
  { ...STORE_NAMES, REKEY_CANARY_ROLE: RoleArn },
  ({ REKEY_CANARY_ROLE, ...names }) => storeOf({ reader: actingAs(REKEY_CANARY_ROLE) }, names),
);
