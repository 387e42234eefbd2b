import { RekeyError } from '../domain/errors.ts';
import { beginRollback } from '../domain/roll-back.ts';
import { LEASE_MS } from '../domain/secret.ts';
import type { SecretRef } from '../domain/secret-ref.ts';
import { stepEntry } from './entries.ts';
import type { Needs } from './services.ts';

/**
 * Has the version before the current one made the current one again; whoever carries the secret on next does it. Answers that
 * version. Errors: `Conflict` `nothing-to-roll-back`, `secret-held` (somebody works on it at this moment), `NotFound`
 * `secret-unknown`.
 */
export async function rollBack(
  { registry, clock, random }: Needs<'registry' | 'clock' | 'random'>,
  ref: SecretRef,
  by: { readonly operation: string; readonly user: string; readonly source: string; readonly reason: string },
): Promise<{ readonly versionId: string; readonly className: string }> {
  const nowMs = clock.nowMs();
  const [known] = await registry.secrets([ref]);
  const [claim] = await registry.claim([ref], {
    operation: by.operation,
    epoch: known?.epoch ?? 0,
    holder: random.uuid().slice(0, 8),
    nowMs,
    leaseMs: LEASE_MS,
    yields: true,
  });
  if (claim?.outcome === 'unknown' || claim === undefined) {
    throw new RekeyError({
      code: 'secret-unknown',
      family: 'NotFound',
      message: `${ref} is not enrolled`,
      safe: 'Nothing was changed.',
      next: ['rekey status'],
    });
  }
  if (claim.outcome !== 'claimed') throw held(ref, claim.by);
  const { secret, versions } = claim;
  const token = secret.fencing;
  try {
    const why = `by ${by.user}: ${by.reason}`;
    const next = beginRollback({ secret, versions }, { id: by.operation, why }, nowMs);
    const entry = stepEntry(by, next, {
      action: 'roll-back',
      outcome: 'success',
      atMs: nowMs,
      token,
      place: 0,
      reason: by.reason,
    });
    const stale = await registry.record([
      { token, secret: next.secret, versions: [], deliveries: [], entries: [entry] },
    ]);
    if (stale.length > 0) throw held(ref, 'another operation');
    return { versionId: next.secret.rotation?.versionId ?? '', className: secret.className };
  } finally {
    await registry.release([{ ref, token }]);
  }
}

function held(ref: string, by: string): RekeyError {
  return new RekeyError({
    code: 'secret-held',
    family: 'Conflict',
    message: `${by} works on ${ref} at this moment`,
    safe: 'Nothing was changed.',
    next: ['the same command again'],
  });
}
