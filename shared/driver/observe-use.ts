import { type Delivery, isDone } from '../domain/delivery.ts';
import { issuedOf } from '../domain/rotating.ts';
import type { BatchItem } from './batch-item.ts';
import type { Bench } from './bench.ts';
import { deliveryEntry } from './delivery-entry.ts';

/** What Rekey's own login with the new credential left is gone by then. */
const NOT_BEFORE_MS = 10_000;

/**
 * Leaves: confirmed what is confirmed by observation and the target shows in use, each with its entry. Answers the deliveries as
 * they stand then; what could not be looked at stands as it did.
 */
export async function observeUse(
  { services, session, consumers }: Bench,
  items: readonly BatchItem[],
  deliveries: readonly Delivery[],
): Promise<readonly Delivery[]> {
  const nowMs = services.clock.nowMs();
  const waits = (item: BatchItem) =>
    deliveries.filter(
      (delivery) =>
        delivery.ref === item.ref &&
        delivery.versionId === item.issuedId &&
        delivery.mustConfirm &&
        !isDone(delivery) &&
        consumers.get(delivery.consumer)?.byObservation === true,
    );
  const looked = items.filter((item) => {
    const { promotedAtMs = nowMs } = issuedOf(item.rotating) ?? {};
    return nowMs - promotedAtMs >= NOT_BEFORE_MS && waits(item).length > 0;
  });
  if (looked.length === 0 || session.inUse === undefined) return deliveries;
  const outcomes = await session.inUse(
    looked.map((item) => {
      const { slot } = item.issued;
      return { ...item.account, ...(slot === undefined ? {} : { slot }) };
    }),
  );
  const confirmed = new Map<string, Delivery>();
  for (const [index, item] of looked.entries()) {
    const outcome = outcomes[index];
    if (outcome?.ok !== true || outcome.use === null) continue;
    for (const delivery of waits(item)) {
      const { lastError: _lastError, ...rest } = delivery;
      // Whoever was not told found it by himself: that he was told is not claimed.
      const next: Delivery = { ...rest, state: 'confirmed', confirmedAtMs: nowMs };
      await services.registry.saveDelivery(next, [
        deliveryEntry(next, {
          id: `${delivery.id}:confirm`,
          atMs: nowMs,
          action: 'confirm',
          outcome: 'success',
          reason: `observed: ${outcome.use}`,
        }),
      ]);
      confirmed.set(delivery.id, next);
    }
  }
  return deliveries.map((delivery) => confirmed.get(delivery.id) ?? delivery);
}
