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
  /** UTC days on which it was read, in order: four times the day, one more where machines read, two more where people did. */
  readonly days: readonly number[];
  /** Who was told of, on the newest days. */
  readonly told: readonly (readonly [day: number, who: string])[];
}

const MACHINES = 1;
const PEOPLE = 2;

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
    const past = days.filter((day) => day < 4 * Math.min(today, lastWhole) && day >= 4 * (today - MOST_DAYS));
    const machines = past.filter((day) => (day & MACHINES) !== 0).length;
    const people = past.filter((day) => (day & PEOPLE) !== 0).length;
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

function withDay(days: readonly number[], day: number, isPerson: boolean): readonly number[] {
  const newest = days.length - 1;
  const isNewest = days[newest] !== undefined && days[newest] < 4 * (day + 1);
  const at = isNewest ? newest : days.findLastIndex((other) => other < 4 * (day + 1));
  const last = days[at];
  const known = last !== undefined && last >= 4 * day ? last : undefined;
  const now = (known ?? 4 * day) | (isPerson ? PEOPLE : MACHINES);
  if (known === now) return days;
  return known === undefined ? days.toSpliced(at + 1, 0, now).slice(-MOST_DAYS - 2) : days.with(at, now);
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
