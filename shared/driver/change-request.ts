import type { AuditEntry } from '../domain/audit/entry.ts';
import { RekeyError } from '../domain/errors.ts';
import type { RequestRecord } from '../domain/request/record.ts';
import type { Needs } from './services.ts';

const MOST_TRIES = 50;

export async function requestNamed(services: Needs<'registry'>, id: string): Promise<RequestRecord> {
  const request = await services.registry.request(id);
  if (request !== null) return request;
  throw new RekeyError({
    code: 'request-unknown',
    family: 'NotFound',
    message: `there is no request ${id}`,
    safe: 'Nothing was changed.',
    next: ['rekey request list'],
  });
}

/** Reads, changes and saves; again where someone else saved in between, judged anew. Null: there is nothing to change. */
export async function changeRequest(
  services: Needs<'registry'>,
  id: string,
  change: (
    request: RequestRecord,
  ) => { readonly request: RequestRecord; readonly entries: readonly AuditEntry[] } | null,
): Promise<RequestRecord> {
  for (let tries = 1; ; tries += 1) {
    const before = await requestNamed(services, id);
    const changed = change(before);
    if (changed === null) return before;
    try {
      return await services.registry.saveRequest(changed.request, changed.entries);
    } catch (error) {
      const again = error instanceof RekeyError && error.code === 'request-changed' && tries < MOST_TRIES;
      if (!again) throw error;
    }
  }
}

/** An entry about a request. Idempotent by action and `place`. Names people by who they are, and says nothing of the token. */
export function requestEntry(
  request: RequestRecord,
  about: Pick<AuditEntry, 'action' | 'atMs'> & Partial<AuditEntry> & { readonly place?: string },
): AuditEntry {
  const { place, ...rest } = about;
  return {
    v: 1,
    id: `${request.id}:${about.action}:${place ?? ''}`,
    outcome: 'success',
    actor: { user: request.requester.person, workflowId: request.id },
    source: 'rekey',
    className: request.scope.className,
    operation: request.id,
    ...rest,
  };
}
