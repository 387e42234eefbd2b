import type { AuditEntry } from '../audit/entry.ts';
import { given } from '../given.ts';
import { factsOf, type KnownSecret, versionRead } from './known-secret.ts';
import type { ReadEvent } from './read-event.ts';

/** What an entry says of where somebody came from, where the source does not. */
const NOWHERE = 'unknown';

/**
 * A read as the audit keeps it, with what was known of the secret then. Its id is the event's: told twice, it is one entry.
 * A secret that is not enrolled stands there as its source names it. `own`: one of Rekey's own roles read.
 */
export function readEntry(event: ReadEvent, known?: KnownSecret, own = false): AuditEntry {
  const { principal, secret } = event;
  const version = known === undefined ? undefined : versionRead(known, event.versionId);
  const versionId = event.versionId ?? known?.secret.currentVersionId;
  const presumed = event.versionId === undefined && versionId !== undefined && event.source !== 'resolver';
  return {
    v: 1,
    id: readEntryId(event),
    atMs: event.atMs,
    action: 'read',
    outcome: event.outcome,
    actor: {
      user: principal.id,
      ...given('agent', principal.agent),
      ...given('workflowId', principal.workflowId),
      ...given('runId', principal.runId),
    },
    source: event.address ?? event.vpcEndpoint ?? NOWHERE,
    ...(known === undefined
      ? {}
      : {
          ref: known.secret.ref,
          className: known.secret.className,
          tenant: known.secret.tenant,
          target: known.secret.target,
        }),
    ...given('versionId', versionId),
    // Without its ledger: what is current is of the secret's own epoch.
    ...given('epoch', version?.epoch ?? (event.versionId === undefined ? known?.secret.epoch : undefined)),
    ...given('reason', event.why),
    read: {
      from: event.source,
      eventId: event.id,
      verb: event.verb,
      kind: principal.kind,
      ...given('onBehalfOf', principal.user),
      ...given('session', principal.session),
      ...given('sourceIdentity', principal.sourceIdentity),
      ...given('named', known === undefined ? secret?.name : undefined),
      ...given('vpcEndpoint', event.vpcEndpoint),
      ...given('userAgent', event.userAgent),
      ...given('region', event.region ?? secret?.region),
      ...given('account', event.account ?? secret?.account),
      ...(own ? { own: true as const } : {}),
      ...(presumed ? { versionPresumed: true as const } : {}),
      ...given('secret', known === undefined ? undefined : factsOf(known, event.versionId)),
    },
  };
}

export function readEntryId({ source, id }: Pick<ReadEvent, 'source' | 'id'>): string {
  return `read:${source}:${id}`;
}
