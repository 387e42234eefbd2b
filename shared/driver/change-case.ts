import type { AuditEntry } from '../domain/audit/entry.ts';
import type { CaseRecord } from '../domain/case/case.ts';
import { RekeyError } from '../domain/errors.ts';
import { given } from '../domain/given.ts';
import type { Caller } from './define-function.ts';
import type { Needs } from './services.ts';

/** Throws `NotFound` `case-unknown`. */
export async function caseNamed({ cases }: Needs<'cases'>, id: string): Promise<CaseRecord> {
  const record = await cases.named(id);
  if (record !== null) return record;
  throw new RekeyError({
    code: 'case-unknown',
    family: 'NotFound',
    message: `there is no case ${id}`,
    next: ['rekey cases'],
  });
}

/**
 * Leaves: the case changed from what stands there, and an entry that says who did what and why. The entry goes first: nothing
 * is done about a case that the audit does not know. Throws what `change` throws, with nothing written.
 */
export async function changeCase(
  services: Needs<'cases' | 'registry' | 'clock' | 'random'>,
  id: string,
  caller: Caller,
  change: (record: CaseRecord, atMs: number) => CaseRecord,
): Promise<CaseRecord> {
  for (;;) {
    const atMs = services.clock.nowMs();
    const before = await caseNamed(services, id);
    const after = change(before, atMs);
    const entry = stepEntry(after, caller, atMs, services.random.uuid());
    await services.registry.append([entry]);
    if (await services.cases.save(after)) return { ...after, revision: after.revision + 1 };
    await services.registry.append([
      { ...entry, id: `${entry.id}:lost`, outcome: 'error', reason: 'another change came first' },
    ]);
  }
}

function stepEntry(record: CaseRecord, { user, source }: Caller, atMs: number, id: string): AuditEntry {
  const step = record.history.at(-1);
  return {
    v: 1,
    id: `case:${record.id}:${id}`,
    atMs,
    action: 'case',
    outcome: 'success',
    actor: { user },
    source,
    caseId: record.id,
    ...given('ref', record.subject.ref),
    reason: [step?.what, step?.detail].filter((part) => part !== undefined).join(': '),
  };
}
