import { KMSClient } from '@aws-sdk/client-kms';
import { createCanary } from '../../../../driver/canary.ts';
import { createResolver } from '../../../../driver/resolver.ts';
import { wallClock } from '../../../../wall-clock.ts';
import { answersTheForbidden } from '../../kms/forbidden.ts';
import { lambdaRandom } from '../random.ts';
import { wire } from '../wire.ts';
import { assumedRole } from './assumed-role.ts';
import { canarysStore } from './canarys-store.ts';
import { pseudonyms } from './pseudonyms.ts';
import { registry } from './registry.ts';

export const canary = wire(
  { ...registry.names, ...canarysStore.names, ...pseudonyms.names },
  async (names) => {
    const services = {
      registry: await registry.open(names),
      store: await canarysStore.open(names),
      pseudonyms: await pseudonyms.open(names),
      clock: wallClock,
      random: lambdaRandom,
    };
    const asCanary = new KMSClient({ credentials: assumedRole(names.REKEY_CANARY_ROLE) });
    return createCanary(createResolver(services), services, (keyId) => answersTheForbidden(asCanary, keyId));
  },
);
