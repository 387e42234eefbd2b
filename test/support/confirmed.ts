import type { Delivery } from '../../shared/domain/delivery.ts';
import type { World } from './world.ts';

/** As the consumers say so: that they use every version that an operation told them of. */
export async function confirmAll(world: World, operation: string): Promise<void> {
  const { registry, clock } = world.state.services;
  const open = (await registry.deliveries(operation)).filter(({ state }) => state !== 'confirmed');
  for (const delivery of open) {
    const confirmed: Delivery = { ...delivery, state: 'confirmed', confirmedAtMs: clock.nowMs() };
    await registry.saveDelivery(confirmed, []);
  }
}
