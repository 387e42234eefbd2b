import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { AuditEntry } from '../domain/audit/entry.ts';
import { changeEntry } from '../domain/reads/change-entry.ts';
import type { Told } from '../domain/reads/cloudtrail/read-record.ts';
import { readEntry } from '../domain/reads/read-entry.ts';
import type { NamedSecret } from '../domain/reads/read-event.ts';
import type { SecretRef } from '../domain/secret-ref.ts';
import { type DeadLetter, LONGEST_LETTER } from '../ports/dead-letters.ts';
import { knownSecrets } from './known-secrets.ts';
import { writePseudonyms } from './pseudonym/write-pseudonyms.ts';
import type { Needs } from './services.ts';

/** A record as it came, and what it was taken for. */
export interface TakenRecord {
  readonly record: unknown;
  readonly told: Told;
}

export const Recorded = z.object({
  reads: z.number(),
  changes: z.number(),
  /** Of no secret. */
  nothing: z.number(),
  /** Not understood: they are among the dead letters. */
  unread: z.number(),
});
export type Recorded = z.output<typeof Recorded>;

/** Leaves: an entry for each read and change, once however often it is told, and what is not understood among the dead letters. */
export async function takeInRecords(
  services: Needs<'registry' | 'naming' | 'pseudonyms' | 'deadLetters' | 'clock'>,
  taken: readonly TakenRecord[],
): Promise<Recorded> {
  const { registry, naming, deadLetters, clock } = services;
  const refOf = (secret: NamedSecret | undefined): SecretRef | null =>
    secret === undefined ? null : naming.refOf(secret.name);
  const refs = taken.flatMap(({ told }) => {
    const ref = refOf(secretIn(told));
    return ref === null ? [] : [ref];
  });
  const known = await knownSecrets(services, refs);
  const entries: AuditEntry[] = [];
  const letters: DeadLetter[] = [];
  const count = { reads: 0, changes: 0, nothing: 0, unread: 0 };
  for (const { record, told } of taken) {
    const ref = refOf(secretIn(told));
    const of = ref === null ? undefined : known.get(ref);
    switch (told.kind) {
      case 'read':
        entries.push(readEntry(told.event, of, naming.isOwn(told.event.principal.id)));
        count.reads += 1;
        break;
      case 'change':
        entries.push(
          changeEntry(told.change, {
            ...(of === undefined ? {} : { known: of }),
            own: naming.isOwn(told.change.principal.id),
          }),
        );
        count.changes += 1;
        break;
      case 'unread':
        letters.push(letterOf(record, told.why, clock.nowMs()));
        count.unread += 1;
        break;
      case 'nothing':
        count.nothing += 1;
        break;
    }
  }
  await deadLetters.put(letters);
  await registry.append(await writePseudonyms(services, entries));
  return count;
}

function secretIn(told: Told): NamedSecret | undefined {
  switch (told.kind) {
    case 'read':
      return told.event.secret;
    case 'change':
      return told.change.secret;
    case 'nothing':
    case 'unread':
      return undefined;
  }
}

export function letterOf(record: unknown, why: string, atMs: number): DeadLetter {
  const body = JSON.stringify(isOfTrail(record) ? record : shapeOf(record));
  return {
    id: `unread:${createHash('sha256').update(`${why}\n${body}`).digest('hex').slice(0, 32)}`,
    kind: 'unread',
    atMs,
    why,
    body: body.slice(0, LONGEST_LETTER),
  };
}

/** As far as AWS's own records go, which hold no value, a record is kept as it came, and can be replayed. */
function isOfTrail(record: unknown): boolean {
  return (
    typeof record === 'object' &&
    record !== null &&
    'eventSource' in record &&
    'userIdentity' in record &&
    'eventName' in record
  );
}

/** Of anything else the names of its fields: it may be another file, of values. Whoever brought it has it still. */
function shapeOf(record: unknown): unknown {
  if (typeof record !== 'object' || record === null) return typeof record;
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name.slice(0, 64), typeof value]));
}
