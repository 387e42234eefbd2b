import * as z from 'zod';
import { wallClock } from '../../../../wall-clock.ts';
import { createKmsEpochKeys } from '../../kms/epoch-keys.ts';
import { wire } from '../wire.ts';
import { Json } from './json.ts';
import { kms } from './kms.ts';
import { registry } from './registry.ts';

const Roles = z.array(z.string().min(1));
const SomeRoles = z.tuple([z.string().min(1)], z.string().min(1));

/** Whom the policies of the keys name, as JSON: they are written at run time, by who makes and closes keys. */
const KeyRolesJson = Json.pipe(
  z.strictObject({
    account: z.string().regex(/^\d{12}$/),
    region: z.string().min(1),
    secretPrefix: z.string().min(1),
    readers: Roles,
    reissuers: Roles,
    rotators: Roles,
    provers: SomeRoles,
    comparers: Roles,
    makers: Roles,
    fenceOperators: SomeRoles,
    destroyers: Roles,
    responders: Roles,
  }),
);

export const keys = wire(
  { ...registry.names, REKEY_PREFIX: z.string().min(1), REKEY_KEY_ROLES: KeyRolesJson },
  async ({ REKEY_PREFIX, REKEY_KEY_ROLES, ...names }) =>
    createKmsEpochKeys(kms, {
      prefix: REKEY_PREFIX,
      roles: REKEY_KEY_ROLES,
      registry: await registry.open(names),
      clock: wallClock,
    }),
);
