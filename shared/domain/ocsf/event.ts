import type { AuditOutcome } from '../audit/entry.ts';
import { given } from '../given.ts';
import { activityOf } from './activity.ts';
import { actorOf } from './actor.ts';
import { apiOf } from './api.ts';
import type { ChainedEntry } from './chained-entry.ts';
import { endpointOf } from './endpoint.ts';
import { metadataOf } from './metadata.ts';
import { resourcesOf } from './resources.ts';
import { severityOf } from './severity.ts';

const CATEGORY = { category_uid: 6, category_name: 'Application Activity' };
const CLASS_UID = 6003;

const STATUSES: Readonly<Record<AuditOutcome, { readonly status_id: 1 | 2; readonly status: string }>> = {
  success: { status_id: 1, status: 'Success' },
  denied: { status_id: 2, status: 'Failure' },
  error: { status_id: 2, status: 'Failure' },
};

/** An entry as an event of OCSF's class 6003, API Activity: for a SIEM. What the class has no place for stands in `unmapped`. */
export function ocsfEvent(entry: ChainedEntry, productVersion: string) {
  const activity = activityOf(entry);
  const resources = resourcesOf(entry);
  const userAgent = entry.read?.userAgent;
  return {
    ...CATEGORY,
    class_uid: CLASS_UID,
    class_name: 'API Activity',
    ...activity,
    type_uid: CLASS_UID * 100 + activity.activity_id,
    time: Math.floor(entry.atMs),
    ...severityOf(entry),
    ...STATUSES[entry.outcome],
    status_code: entry.outcome,
    ...given('status_detail', entry.reason),
    metadata: metadataOf(entry, productVersion),
    actor: actorOf(entry),
    src_endpoint: endpointOf(entry),
    api: apiOf(entry),
    ...(userAgent === undefined ? {} : { http_request: { user_agent: userAgent } }),
    ...(resources.length === 0 ? {} : { resources }),
    unmapped: unmappedOf(entry),
  };
}

/** All that the entry says and nothing above does: a detail that comes to entries one day is there by itself. */
function unmappedOf({
  v: _v,
  id: _id,
  chain: _chain,
  seq: _seq,
  atMs: _atMs,
  action: _action,
  outcome: _outcome,
  reason: _reason,
  actor: _actor,
  source: _source,
  ref: _ref,
  className: _className,
  tenant: _tenant,
  versionId: _versionId,
  target: _target,
  consumer: _consumer,
  operation: _operation,
  ...rest
}: ChainedEntry) {
  return rest;
}
