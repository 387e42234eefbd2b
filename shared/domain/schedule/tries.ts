import type { SecretRecord } from '../secret.ts';

/** The last time that a secret was to get its next value. */
interface Try {
  readonly atMs: number;
  readonly failed: boolean;
}

/** So many tries of a class are looked at, its last ones. */
const RECENT = 20;
/** Fewer say nothing of a class. */
const FEWEST = 5;
/** A class that stopped itself tries one secret again after so long. */
const PROBED_AFTER_MS = 4 * 60 * 60_000;

/** The last tries of a class, one of each secret: as many as count, whatever the class holds. */
export interface RecentTries {
  /** The latest last. */
  readonly tries: Try[];
}

export function noTries(): RecentTries {
  return { tries: [] };
}

/** Takes a secret's last try in. What lies at or before `forgivenUntilMs` has been forgiven. */
export function takeIn({ tries }: RecentTries, secret: SecretRecord, forgivenUntilMs: number): void {
  const last = lastTry(secret);
  if (last === null || last.atMs <= forgivenUntilMs) return;
  const first = tries[0];
  if (tries.length === RECENT && first !== undefined && last.atMs <= first.atMs) return;
  let index = tries.length;
  while (index > 0 && (tries[index - 1]?.atMs ?? 0) > last.atMs) index -= 1;
  tries.splice(index, 0, last);
  if (tries.length > RECENT) tries.shift();
}

/** A rotation that is set aside has failed as long as it is. */
function lastTry({ rotation, routine, valueSinceMs }: SecretRecord): Try | null {
  const parked = rotation?.mode === 'routine' ? rotation.parked : undefined;
  const failedAtMs = parked?.atMs ?? routine?.atMs;
  if (failedAtMs !== undefined) return { atMs: failedAtMs, failed: true };
  return valueSinceMs === undefined ? null : { atMs: valueSinceMs, failed: false };
}

/** A class that its own failures have stopped. */
export interface Stop {
  readonly failed: number;
  readonly tries: number;
  /** From then on one secret at a time is tried. */
  readonly probedFromMs: number;
}

/** Whether a class has stopped itself. `percent`: of its recent tries, that many failed stop it. */
export function stopOf({ tries }: RecentTries, percent: number | undefined): Stop | null {
  const failed = tries.filter((attempt) => attempt.failed);
  if (percent === undefined || tries.length < FEWEST || failed.length * 100 < percent * tries.length)
    return null;
  return {
    failed: failed.length,
    tries: tries.length,
    probedFromMs: (failed.at(-1)?.atMs ?? 0) + PROBED_AFTER_MS,
  };
}
