import { hasBegun, isStopped } from '../domain/brake.ts';
import type { SecretRef } from '../domain/secret-ref.ts';
import type { Needs } from './services.ts';

/** Longest wait for a turn that is taken: a brake that is set or released meanwhile is seen after it. */
const LONGEST_TURN_MS = 1_000;
const LOOK_AGAIN_MS = 500;

/**
 * Which of a batch may be worked at now: all of it where the class has no brake, else what has begun, first and at any time,
 * and then as many as have their turn; waits for that. None: the class is stopped, or the time is up.
 */
export async function letThrough(
  { registry, clock }: Needs<'registry' | 'clock'>,
  { className, operation, untilMs }: { className: string; operation: { id: string }; untilMs: number },
  refs: readonly SecretRef[],
): Promise<readonly SecretRef[]> {
  for (;;) {
    const brake = (await registry.classNamed(className))?.brake;
    if (brake === undefined) return refs;
    const secrets = await registry.secrets(refs);
    const begun = secrets.filter((secret) => hasBegun(secret, operation.id)).map(({ ref }) => ref);
    if (begun.length > 0 || isStopped(brake)) return begun;
    const nowMs = clock.nowMs();
    const turn = await registry.takeTurn(className, refs.length, {
      nowMs,
      waitMostMs: Math.min(LONGEST_TURN_MS, untilMs - nowMs),
    });
    if (turn.go > 0) {
      await clock.sleep(turn.waitMs);
      return refs.slice(0, turn.go);
    }
    if (nowMs + LOOK_AGAIN_MS >= untilMs) return [];
    await clock.sleep(LOOK_AGAIN_MS);
  }
}
