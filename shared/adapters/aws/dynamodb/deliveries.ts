import type { AuditEntry } from '../../../domain/audit/entry.ts';
import { type Delivery, isDone } from '../../../domain/delivery.ts';
import { inParallel } from '../../../in-parallel.ts';
import { commit } from './commit.ts';
import { DUE_SHARDS, deliveryWrite, readDelivery } from './delivery-item.ts';
import { deliveryKey, startingWith } from './keys.ts';
import type { Table } from './table.ts';

/** From the index, which lags a moment, then each as it stands now: one that is done is not told again. */
export async function dueDeliveries(table: Table, nowMs: number, limit: number): Promise<Delivery[]> {
  const untilMs = Math.floor(nowMs);
  const keys = await inParallel(DUE_SHARDS, DUE_SHARDS.length, (shard) =>
    table.dueKeys(shard, untilMs, limit),
  );
  const items = await table.getMany(keys.flat());
  return [...items.values()]
    .map(readDelivery)
    .filter((delivery) => !isDone(delivery) && delivery.dueAtMs <= nowMs)
    .sort((a, b) => a.dueAtMs - b.dueAtMs || (a.id < b.id ? -1 : 1))
    .slice(0, limit);
}

export async function deliveryNamed(table: Table, incident: string, id: string): Promise<Delivery | null> {
  const item = await table.get(deliveryKey(incident, id));
  return item === null ? null : readDelivery(item);
}

export async function deliveriesOf(table: Table, incident: string): Promise<Delivery[]> {
  const { pk, sk } = deliveryKey(incident, '');
  return (await table.query(pk, startingWith(sk))).map(readDelivery);
}

export async function saveDelivery(
  table: Table,
  delivery: Delivery,
  entries: readonly AuditEntry[],
): Promise<void> {
  await commit(table, [{ writes: [], optional: [deliveryWrite(delivery)], entries }]);
}
