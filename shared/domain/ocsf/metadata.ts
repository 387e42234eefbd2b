import { given } from '../given.ts';
import type { ChainedEntry } from './chained-entry.ts';

/** The schema that the events keep to: https://schema.ocsf.io/1.8.0/classes/api_activity. */
export const OCSF_VERSION = '1.8.0';

/** Where the event comes from: its entry by id, and its place in the chain, where the evidence is. */
export function metadataOf(entry: ChainedEntry, productVersion: string) {
  const { read, change, operation, actor } = entry;
  return {
    version: OCSF_VERSION,
    product: { name: 'Rekey', vendor_name: 'Rekey', version: productVersion },
    uid: entry.id,
    event_code: entry.action,
    log_name: entry.chain,
    sequence: entry.seq,
    ...given('correlation_uid', operation ?? actor.runId ?? actor.workflowId),
    ...given('original_event_uid', read?.eventId ?? change?.eventId),
    ...given('log_provider', read?.from ?? (change === undefined ? undefined : 'cloudtrail')),
    ...given('tenant_uid', entry.tenant),
  };
}
