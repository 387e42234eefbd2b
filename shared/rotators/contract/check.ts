import { setTimeout as pause } from 'node:timers/promises';
import { RekeyError } from '../../domain/errors.ts';

/**
 * One thing that every kind keeps. The tests run it against servers of their own, `rekey rotator test` against a person's: there
 * is one list. Throws where it is not kept, in words that hold no value.
 */
export interface Check<World> {
  readonly name: string;
  /** Of the specification. */
  readonly clause?: string;
  /** Accounts that it needs at once. Default 1. */
  readonly accounts?: 2;
  readonly run: (world: World) => Promise<void>;
}

/** What every world offers the checks. */
export interface Patient {
  /** How long the target may take until all of it knows of a change; 0 where it does at once. */
  readonly patienceMs: number;
}

const LOOK_EVERY_MS = 500;

/** Sees what was seen to be as agreed: each part that `agreed` names, whatever else there is. */
export function see(what: string, seen: unknown, agreed: unknown): void {
  if (matches(seen, agreed)) return;
  throw new RekeyError({
    code: 'not-as-agreed',
    family: 'Unrecoverable',
    message: `${what}: seen ${inWords(seen)}, agreed ${inWords(agreed)}`,
  });
}

/** The same of what takes a while to be so. */
export async function seeSoon(
  { patienceMs }: Patient,
  what: string,
  look: () => Promise<unknown>,
  agreed: unknown,
): Promise<void> {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    const seen = await look();
    if (matches(seen, agreed) || performance.now() >= untilMs) return see(what, seen, agreed);
    await pause(LOOK_EVERY_MS);
  }
}

function matches(seen: unknown, agreed: unknown): boolean {
  if (typeof agreed !== 'object' || agreed === null) return Object.is(seen, agreed);
  if (typeof seen !== 'object' || seen === null) return false;
  if (Array.isArray(agreed) && (!Array.isArray(seen) || seen.length !== agreed.length)) return false;
  return Object.entries(agreed).every(([key, part]) =>
    matches((seen as Readonly<Record<string, unknown>>)[key], part),
  );
}

/** Outcomes and answers: what a rotator says in a message holds no value, and nothing else is repeated. */
function inWords(said: unknown): string {
  if (said === undefined || said === null) return 'nothing';
  if (typeof said === 'boolean') return said ? 'yes' : 'no';
  if (typeof said === 'string' || typeof said === 'number') return String(said);
  if (Array.isArray(said)) return said.length === 0 ? 'none' : said.map(inWords).join(', ');
  const { ok, reason, message, outcome, ...rest } = said as Readonly<Record<string, unknown>>;
  if (outcome !== undefined) return inWords(outcome);
  if (ok === false)
    return [reason, message].flatMap((part) => (typeof part === 'string' ? part : [])).join(': ');
  const parts = TOLD.flatMap((name) => (rest[name] === undefined ? [] : [`${name} ${inWords(rest[name])}`]));
  return [...(ok === true ? ['done'] : []), ...parts].join(', ');
}

const TOLD = ['off', 'wasOff', 'calledNow', 'sampleRefused', 'reports'];
