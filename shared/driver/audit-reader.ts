import { RekeyError } from '../domain/errors.ts';
import { personOf } from '../domain/identity.ts';
import type { Caller } from './define-function.ts';
import { identityOf } from './identity-of.ts';
import type { Needs } from './services.ts';

/**
 * Classes whose entries the caller may not read: policy names groups for them, and he is in none. Whoever is no person there is,
 * or more than one, is in none.
 */
export async function classesClosedTo(
  { registry }: Needs<'registry'>,
  caller: Caller,
): Promise<readonly string[]> {
  const readers = Object.entries((await registry.auditPolicy())?.readers ?? {});
  if (readers.length === 0) return [];
  const own = personOf(await registry.people(), identityOf(caller))?.groups ?? [];
  return readers
    .filter(([, groups]) => !groups.some((group) => own.includes(group)))
    .map(([className]) => className);
}

/** A chain is read whole or not at all: a line that is left out is one that was taken away, to whoever verifies it. */
export async function expectAllOpen(services: Needs<'registry'>, caller: Caller): Promise<void> {
  const closed = await classesClosedTo(services, caller);
  if (closed.length === 0) return;
  throw new RekeyError({
    code: 'audit-closed',
    family: 'Denied',
    message: `the chain holds entries of ${closed.join(', ')}, which ${caller.user} may not read: it is handed out whole or not at all`,
    safe: 'Nothing was read.',
    next: [
      'rekey audit search (what is not closed to you)',
      'classes.<name>.audit.readers in rekey.yaml says who may',
    ],
  });
}
