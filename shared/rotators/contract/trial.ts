import { RekeyError } from '../../domain/errors.ts';
import type { Random } from '../../ports/clock.ts';
import type { Account, OpenRequest, Rotator } from '../rotator.ts';
import type { Check } from './check.ts';

/** Tries a kind's verbs at a person's own target, in accounts that are made for it and taken away again. */
export interface Trial {
  /** What it makes there, in words for whoever runs it. */
  readonly makes: string;
  /** Where no account can be made: a person names one that is for throwing away. */
  readonly named: boolean;
  /** Takes away first what an earlier one left that was killed. Throws what opening a session throws. */
  open(attempt: Attempt): Promise<OpenTrial>;
}

export interface Attempt {
  readonly request: OpenRequest;
  readonly rotator: Rotator;
  /** As the person named it; empty otherwise. */
  readonly account: Account['account'];
  readonly random: Random;
  readonly nowMs: number;
}

export interface OpenTrial {
  readonly checks: readonly BoundCheck[];
  /** Takes away what was made so far: also once the request's signal has aborted. */
  readonly clear: () => Promise<void>;
  readonly close: () => void;
}

export interface BoundCheck {
  readonly name: string;
  /** Null: this trial cannot run it. */
  readonly run: (() => Promise<void>) | null;
}

/** `accounts`: those that the world can have at once. */
export function bindChecks<World>(
  checks: readonly Check<World>[],
  world: World,
  accounts = Number.POSITIVE_INFINITY,
): BoundCheck[] {
  return checks.map(({ name, accounts: needed = 1, run }) => ({
    name,
    run: needed > accounts ? null : () => run(world),
  }));
}

const PREFIX = 'rekey_trial_';
/** Nobody's trial takes longer: what is older was left by one that was killed. */
const OVER_AFTER_MS = 3_600_000;

/** What the accounts of one trial are called: their names tell when it began. */
export function trialName(nowMs: number, random: Random): string {
  return `${PREFIX}${Math.floor(nowMs / 1_000).toString(36)}_${Buffer.from(random.bytes(3)).toString('hex')}`;
}

/** Whether an account was left by a trial that was killed. Another that is at it now is left alone. */
export function isLeftOver(name: string, nowMs: number): boolean {
  const began = /^rekey_trial_([0-9a-z]+)_[0-9a-f]{6}_/.exec(name)?.[1];
  return began !== undefined && Number.parseInt(began, 36) * 1_000 < nowMs - OVER_AFTER_MS;
}

export function trialRefused(message: string, next: string): RekeyError {
  return new RekeyError({
    code: 'trial-refused',
    family: 'Denied',
    message,
    safe: 'Nothing was made at the target.',
    next: [next],
  });
}
