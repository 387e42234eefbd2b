import type { AuditEntry } from '../domain/audit/entry.ts';
import type { Delivery } from '../domain/delivery.ts';

/** What became of telling a consumer: who, of what, and by which means. */
export function deliveryEntry(
  { incident, consumer, ref, versionId }: Delivery,
  told: Pick<AuditEntry, 'id' | 'atMs' | 'action' | 'outcome' | 'reason' | 'by'>,
): AuditEntry {
  return {
    v: 1,
    actor: { user: 'rekey', workflowId: incident },
    source: 'rekey',
    consumer,
    operation: incident,
    ref,
    versionId,
    ...told,
  };
}
