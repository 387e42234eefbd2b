import { wire } from '../wire.ts';
import { actingAs, RoleArn, STORE_NAMES, storeOf } from './store-of.ts';

/** Reads what consumers are told with as the teller, for a function whose own role reads no value: it reads the audit. */
export const borrowedTellersStore = wire(
  { ...STORE_NAMES, REKEY_TELLER_ROLE: RoleArn },
  ({ REKEY_TELLER_ROLE, ...names }) => storeOf({ worker: actingAs(REKEY_TELLER_ROLE) }, names),
);
