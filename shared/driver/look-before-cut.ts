import type { CutRecord } from '../domain/cut.ts';
import type { SecretRecord } from '../domain/secret.ts';
import type { SecretRef } from '../domain/secret-ref.ts';
import type { Outcome, TargetSession } from '../rotators/rotator.ts';
import { accountOf } from './account-of.ts';

/** How the accounts were before the cut. */
interface LookedAt {
  readonly wasOff: readonly SecretRef[];
  readonly cut: readonly SecretRef[];
  /** Those that were not found as they should be, and why. */
  readonly unseen: ReadonlyMap<SecretRef, Extract<Outcome, { ok: false }>>;
}

/**
 * What was off before Rekey came. A retry keeps the first look, its own cut would blur it, and looks only at what was not
 * seen then. Nor does the cut of another incident, not yet re-issued, make an account one that was off before.
 */
export async function lookBeforeCut(
  session: TargetSession,
  secrets: readonly SecretRecord[],
  first: CutRecord | undefined,
): Promise<LookedAt> {
  const known = new Map([
    ...(first?.wasOff ?? []).map((ref) => [ref, 'off'] as const),
    ...(first?.cut ?? []).map((ref) => [ref, 'on'] as const),
  ]);
  const fresh = secrets.filter(({ ref }) => !known.has(ref));
  const looks = fresh.length === 0 ? [] : await session.inspect(fresh.map(accountOf));
  const unseen = new Map<SecretRef, Extract<Outcome, { ok: false }>>();
  fresh.forEach(({ ref, cut }, index) => {
    const look = looks[index];
    if (look === undefined) throw new Error(`no look at ${ref}`);
    if (!look.ok) unseen.set(ref, look);
    else known.set(ref, look.off && cut?.wasOff !== false ? 'off' : 'on');
  });
  const were = (state: 'off' | 'on') => secrets.flatMap(({ ref }) => (known.get(ref) === state ? ref : []));
  return { wasOff: were('off'), cut: were('on'), unseen };
}
