import * as z from 'zod';
import { AUDIT_OUTCOMES, type AuditEntry } from '../audit/entry.ts';
import { READER_KINDS } from './read-event.ts';

const Text = z.string().max(2_048);
const Told = Text.optional();

/** A read by the resolver as it waits for the audit: whoever brings it later can bring nothing else. */
const LateRead = z.strictObject({
  v: z.literal(1),
  id: z.string().regex(/^read:resolver:[A-Za-z0-9-]{1,64}$/),
  atMs: z.number().min(0),
  action: z.literal('read'),
  outcome: z.enum(AUDIT_OUTCOMES),
  actor: z.strictObject({ user: Text, agent: Told, workflowId: Told, runId: Told }),
  source: Text,
  ref: Told,
  className: Told,
  tenant: Told,
  target: Told,
  versionId: Told,
  epoch: z.int().min(0).optional(),
  reason: Told,
  read: z.strictObject({
    from: z.literal('resolver'),
    eventId: Text,
    verb: z.literal('read'),
    kind: z.enum(READER_KINDS),
    session: Told,
    named: Told,
    secret: z
      .strictObject({ decoy: z.literal(true).optional(), claimed: z.literal(true).optional() })
      .optional(),
    late: z.literal(true),
  }),
});

/** The entry of a read that the audit could not take, as it waits elsewhere. */
export function lateRead(entry: AuditEntry): AuditEntry {
  const { read } = entry;
  return read === undefined ? entry : { ...entry, read: { ...read, late: true } };
}

/** What waited, as an entry; null where it is none of the resolver's. */
export function readLateRead(kept: unknown): AuditEntry | null {
  const parsed = LateRead.safeParse(kept);
  return parsed.success ? (parsed.data as AuditEntry) : null;
}
