import { RekeyError } from '../errors.ts';
import { type CaseRecord, type CaseStep, MOST_STEPS } from './case.ts';

/** The case in somebody's hands. `Conflict` `case-closed` where it is closed. */
export function assigned(record: CaseRecord, owner: string, who: string, atMs: number): CaseRecord {
  return { ...insistOpen(record), owner, ...step(record, { atMs, who, what: 'assigned', detail: owner }) };
}

/** As `assigned`. What is found afterwards opens another case. */
export function closed(record: CaseRecord, reason: string, who: string, atMs: number): CaseRecord {
  return {
    ...insistOpen(record),
    state: 'closed',
    ...step(record, { atMs, who, what: 'closed', detail: reason }),
  };
}

/** What was done about it, in whatever state it is. */
export function noted(record: CaseRecord, done: CaseStep): CaseRecord {
  return { ...record, ...step(record, done) };
}

function step({ history }: CaseRecord, done: CaseStep): Pick<CaseRecord, 'history'> {
  return { history: [...history, done].slice(-MOST_STEPS) };
}

function insistOpen(record: CaseRecord): CaseRecord {
  if (record.state === 'open') return record;
  const last = record.history.findLast(({ what }) => what === 'closed');
  throw new RekeyError({
    code: 'case-closed',
    family: 'Conflict',
    message: `${record.id} was closed by ${last?.who ?? 'somebody'}${last?.detail === undefined ? '' : `: ${last.detail}`}`,
    safe: 'Nothing was changed.',
    next: [`rekey case show ${record.id}`],
  });
}
