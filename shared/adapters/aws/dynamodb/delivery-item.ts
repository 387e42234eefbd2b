import { createHash } from 'node:crypto';
import { type Delivery, isDone } from '../../../domain/delivery.ts';
import { documentIn, packDocument } from './document.ts';
import { deliveryKey } from './keys.ts';
import { type Item, numberValue, type Write } from './write.ts';

/** Collections of the index: one takes 1,000 write units a second, which is also how many deliveries could begin in one. */
const SHARDS = 4;
export const DUE_SHARDS: readonly string[] = Array.from({ length: SHARDS }, (_, shard) => `DUE#${shard}`);

/** `d` the delivery; `dq` and `dt` put it into the index until it is done. One that is done is not written any more. */
export function deliveryWrite(delivery: Delivery): Write {
  const place = isDone(delivery)
    ? {}
    : { dq: { S: shardOf(delivery.id) }, dt: numberValue(Math.ceil(delivery.dueAtMs)) };
  return {
    kind: 'put',
    key: deliveryKey(delivery.incident, delivery.id),
    attributes: { d: { B: packDocument(delivery) }, ...place },
    when: { expression: 'attribute_not_exists(pk) OR attribute_exists(dq)' },
  };
}

export function readDelivery(item: Item): Delivery {
  return documentIn<Delivery>(item);
}

function shardOf(id: string): string {
  return DUE_SHARDS[(createHash('sha256').update(id).digest()[0] ?? 0) % SHARDS] ?? '';
}
