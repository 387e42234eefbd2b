import type { AuditEntry } from '../../audit/entry.ts';
import { type Detector, LATENESS_MS, NO_FINDINGS, NO_KEYS } from '../detector.ts';
import { dayOf } from '../finding-id.ts';
import { found, secretOf } from '../found.ts';
import { quarantineCommand } from '../next-command.ts';
import { readerOf, whoOf } from '../reader.ts';
import { isTaken } from '../reads.ts';

/** Four weeks. */
const MOST_DAYS = 28;
/** Of the days on which a secret is read: where people are there more often, they belong there. */
const SELDOM = 0.1;

interface Days {
  /** UTC days on which it was read, and by what. By day. */
  readonly days: readonly Day[];
  /** Who was told of, on the newest days. */
  readonly told: readonly (readonly [day: number, who: string])[];
}

type Day = readonly [day: number, machines: boolean, people: boolean];

const MOST_TOLD = 20;

/** A person reads what machines alone read. What a person does is told each day, as long as it is rare. */
export const personReads: Detector<Days> = {
  rule: 'person-reads',
  keysOf: (entry) => (entry.ref !== undefined && isTaken(entry) ? [entry.ref] : NO_KEYS),
  judge(before = { days: [], told: [] }, entry, { policy }, key) {
    const isPerson = readerOf(entry, policy).nature === 'person';
    const days = withDay(before.days, dayOf(entry.atMs), isPerson);
    const state = days === before.days ? before : { ...before, days };
    if (!isPerson) return { state, findings: NO_FINDINGS };
    const today = dayOf(entry.atMs);
    const lastWhole = dayOf(entry.atMs - LATENESS_MS);
    const past = days.filter(([day]) => day < Math.min(today, lastWhole) && day >= today - MOST_DAYS);
    const machines = past.filter(([, byMachines]) => byMachines).length;
    const people = past.filter(([, , byPeople]) => byPeople).length;
    const who = whoOf(entry);
    const isTold = before.told.some(([day, other]) => day === today && other === who);
    if (machines < policy.rules['person-reads'].days || people > past.length * SELDOM || isTold)
      return { state, findings: NO_FINDINGS };
    return {
      state: { days, told: [...before.told, [today, who] as const].slice(-MOST_TOLD) },
      findings: [found('person-reads', `${key} ${who}`, entry, saidOf(entry, machines, people))],
    };
  },
};

function withDay(days: readonly Day[], day: number, isPerson: boolean): readonly Day[] {
  const known = days.find(([other]) => other === day);
  const now: Day = [day, known?.[1] === true || !isPerson, known?.[2] === true || isPerson];
  if (known?.[1] === now[1] && known[2] === now[2]) return days;
  return [...days.filter((other) => other !== known), now]
    .toSorted(([one], [other]) => one - other)
    .slice(-MOST_DAYS - 2);
}

function saidOf(entry: AuditEntry, machines: number, people: number) {
  const { user } = entry.actor;
  const session = entry.read?.session;
  return {
    severity: 'medium',
    certainty: 'possible',
    seen: `${user}${session === undefined ? '' : ` (session ${session})`}, a person, read ${secretOf(entry)} from ${entry.source}`,
    unusual: `in the 28 days before machines read it on ${machines}, people on ${people}`,
    evidence: [entry.id],
    next: quarantineCommand(user),
  } as const;
}
