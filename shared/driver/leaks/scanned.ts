import type { Replaced } from '../../domain/leaks/redactor.ts';
import type { SecretRef } from '../../domain/secret-ref.ts';
import type { Caller } from '../define-function.ts';
import type { Needs } from '../services.ts';
import { type JudgedLeaks, judgeLeaks, type Leak } from './judge-leaks.ts';

/** Lines that are named; the others are counted. */
const MOST_LINES = 10;

/** What was replaced, counted. As many as there are versions and rules, however long the text is. */
export interface Tally {
  readonly ref?: SecretRef;
  readonly versionId?: string;
  readonly rule?: string;
  count: number;
  /** The first ones. */
  readonly lines: number[];
}

/** Counts what a redactor says. */
export class Scanned {
  readonly #tallies = new Map<string, Tally>();

  note(what: Replaced): void {
    const name = 'rule' in what ? `rule ${what.rule}` : `version ${what.versionId}`;
    const { line, ...which } = what;
    const tally = this.#tallies.get(name) ?? { ...which, count: 0, lines: [] };
    tally.count += 1;
    if (tally.lines.length < MOST_LINES && tally.lines.at(-1) !== line) tally.lines.push(line);
    this.#tallies.set(name, tally);
  }

  /** Of versions first. */
  all(): readonly Tally[] {
    const tallies = [...this.#tallies.values()];
    return [
      ...tallies.filter(({ rule }) => rule === undefined),
      ...tallies.filter(({ rule }) => rule !== undefined),
    ];
  }
}

const DAY_MS = 86_400_000;

/**
 * Leaves: an entry of each version, or rule, that was in a log, one a day and log; an incident proposed where a value may still
 * open something.
 */
export async function reportScanned(
  services: Needs<'registry' | 'plans' | 'clock'>,
  log: string,
  tallies: readonly Tally[],
  by: Caller,
): Promise<JudgedLeaks> {
  const day = Math.floor(services.clock.nowMs() / DAY_MS);
  const leaks = tallies.map(({ ref, versionId, rule = 'fingerprint', lines: [line] }): Leak => {
    const ours = ref === undefined || versionId === undefined ? [] : [{ ref, versionId }];
    return {
      where: { scanner: 'rekey', rule, file: log, ...(line === undefined ? {} : { line }) },
      place: ['log', log, rule, day],
      owners: ours,
    };
  });
  return judgeLeaks(services, leaks, by);
}
