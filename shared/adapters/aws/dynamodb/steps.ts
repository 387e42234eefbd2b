import type { SecretRef } from '../../../domain/secret-ref.ts';
import type { SecretChange } from '../../../ports/registry.ts';
import { commit } from './commit.ts';
import { deliveryWrite } from './delivery-item.ts';
import { steppedSecret } from './secret-item.ts';
import type { Table } from './table.ts';

/** Commits the steps of a batch, as many a transaction as fit. Answers the stale ones. */
export async function recordSteps(table: Table, changes: readonly SecretChange[]): Promise<SecretRef[]> {
  const refused = await commit(
    table,
    changes.map(({ token, secret, versions, deliveries, entries }) => {
      const { write, settled } = steppedSecret(token, secret, versions);
      // A settled version is written once and a delivery that is done stays so: where they stand already, the step goes on.
      return { writes: [write], optional: [...settled, ...deliveries.map(deliveryWrite)], entries };
    }),
  );
  return [...refused.keys()].sort((a, b) => a - b).flatMap((index) => changes[index]?.secret.ref ?? []);
}
