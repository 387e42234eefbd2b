import type { ConsumerRecord } from '../consumer.ts';
import { type Delivery, isDone } from '../delivery.ts';

/** What one consumer was told of one version, and what it said. */
export interface PacketDelivery {
  readonly consumer: string;
  /** Null: the consumer is not enrolled any more. */
  readonly owner: string | null;
  readonly ref: string;
  readonly versionId: string;
  readonly state: Delivery['state'];
  readonly mustConfirm: boolean;
  readonly attempts: number;
  readonly toldAtMs: number | null;
  readonly confirmedAtMs: number | null;
  readonly lastError: string | null;
}

/** Sorted by consumer and secret. */
export function toldOf(
  deliveries: readonly Delivery[],
  consumers: readonly ConsumerRecord[],
): PacketDelivery[] {
  const owners = new Map(consumers.map((consumer) => [consumer.name, consumer.owner]));
  const orderOf = ({ consumer, ref, versionId }: Delivery) => JSON.stringify([consumer, ref, versionId]);
  return deliveries
    .toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
    .map((delivery) => ({
      consumer: delivery.consumer,
      owner: owners.get(delivery.consumer) ?? null,
      ref: delivery.ref,
      versionId: delivery.versionId,
      state: delivery.state,
      mustConfirm: delivery.mustConfirm,
      attempts: delivery.attempts,
      toldAtMs: delivery.toldAtMs ?? null,
      confirmedAtMs: delivery.confirmedAtMs ?? null,
      lastError: delivery.lastError ?? null,
    }));
}

/** Whether the consumer still has to take the message, or to say that it uses the version. */
export function isOpen(delivery: Pick<Delivery, 'state' | 'mustConfirm'>): boolean {
  return !isDone(delivery);
}
