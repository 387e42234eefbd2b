import { createCanary } from '../../../../driver/canary.ts';
import { createResolver } from '../../../../driver/resolver.ts';
import { lambdaClock } from '../clock.ts';
import { lambdaRandom } from '../random.ts';
import { wire } from '../wire.ts';
import { canarysStore } from './canarys-store.ts';
import { registry } from './registry.ts';

export const canary = wire({ ...registry.names, ...canarysStore.names }, async (names) => {
  const services = {
    registry: await registry.open(names),
    store: await canarysStore.open(names),
    clock: lambdaClock,
    random: lambdaRandom,
  };
  return createCanary(createResolver(services), services);
});
