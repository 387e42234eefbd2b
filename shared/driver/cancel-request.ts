import { RekeyError } from '../domain/errors.ts';
import { type Identity, personOf } from '../domain/identity.ts';
import type { RequestRecord } from '../domain/request/record.ts';
import { changeRequest, requestEntry } from './change-request.ts';
import { expired } from './expire-request.ts';
import type { Needs } from './services.ts';
import { wakeWorkflow } from './wake-workflow.ts';

/** Leaves: the requester's own request withdrawn, by whichever way he comes, as long as it has not begun. */
export async function cancelRequest(
  services: Needs<'registry' | 'workflows' | 'clock'>,
  asked: { readonly requestId: string; readonly identity: Identity; readonly source: string },
): Promise<RequestRecord> {
  const { registry, clock } = services;
  const people = await registry.people();
  const person = personOf(people, asked.identity)?.name;
  let refused: RekeyError | undefined;
  const request = await changeRequest(services, asked.requestId, (before) => {
    const nowMs = clock.nowMs();
    refused = refusalOf(before, person, nowMs);
    if (refused !== undefined) return expired(before, nowMs);
    const entry = requestEntry(before, {
      action: 'cancel',
      atMs: nowMs,
      source: asked.source,
      reason: `by ${asked.identity.way}`,
    });
    return { request: { ...before, state: 'cancelled', endedAtMs: nowMs }, entries: [entry] };
  });
  if (request.state !== 'pending') await wakeWorkflow(services, request);
  if (refused !== undefined) throw refused;
  return request;
}

function refusalOf(
  { id, state, requester, expiresAtMs }: RequestRecord,
  person: string | undefined,
  nowMs: number,
): RekeyError | undefined {
  const refused = (code: string, family: 'Denied' | 'Conflict', message: string) =>
    new RekeyError({
      code,
      family,
      message,
      safe: 'The request stands as it did.',
      next: [`rekey request show ${id}`],
    });
  if (person !== requester.person)
    return refused('not-requester', 'Denied', `${requester.person} made ${id}, and alone can cancel it`);
  if (state === 'pending' && nowMs >= expiresAtMs)
    return refused('request-expired', 'Conflict', `${id} expired at ${new Date(expiresAtMs).toISOString()}`);
  if (state !== 'pending' && state !== 'approved')
    return refused('request-decided', 'Conflict', `${id} is ${state}: there is nothing to cancel`);
  return undefined;
}
