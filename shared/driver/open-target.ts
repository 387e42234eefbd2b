import { LONGEST_PAUSE_MS } from '../domain/clock-set.ts';
import { RekeyError } from '../domain/errors.ts';
import type { SecretRef } from '../domain/secret-ref.ts';
import type { TargetRecord } from '../domain/target.ts';
import type { TargetSession } from '../rotators/rotator.ts';
import type { Needs } from './services.ts';

const FIRST_BREAK_MS = 1_000;

/**
 * A session at a target as its admin, by reference. `spare` takes the last admin listed: the first could have been read by
 * the compromised principal. A target found dead opens its breaker.
 */
export async function openTarget(
  services: Needs<'registry' | 'store' | 'rotators' | 'clock'>,
  target: TargetRecord,
  use: { readonly writer: string; readonly spare: boolean; readonly signal: AbortSignal },
): Promise<TargetSession> {
  const rotator = services.rotators[target.kind];
  const admin = use.spare ? target.admins.at(-1) : target.admins[0];
  if (rotator === undefined || admin === undefined) {
    throw new RekeyError({
      code: 'target-not-operable',
      family: 'Unrecoverable',
      message: `target ${target.id} of kind ${target.kind} has no rotator or no admin credential`,
      next: ['rekey doctor'],
    });
  }
  const passwordRef = admin.passwordRef as SecretRef;
  const [secret] = await services.registry.secrets([passwordRef]);
  if (secret?.currentVersionId === undefined) {
    throw new RekeyError({
      code: 'admin-value-missing',
      family: 'NotFound',
      message: `the admin credential ${passwordRef} of target ${target.id} has no value`,
      safe: 'Nothing was changed at the target.',
      next: [`rekey secret put ${passwordRef}`],
    });
  }
  const [password] = await services.store.read(
    [{ ref: passwordRef, versionId: secret.currentVersionId }],
    'worker',
  );
  try {
    return await rotator.open({
      target,
      admin: { user: admin.user, password: password ?? '' },
      writer: use.writer,
      signal: use.signal,
    });
  } catch (error) {
    await noteDeath(services, target.id, error);
    throw error;
  }
}

/** Opens the target's breaker where the error says that the target is dead; longer each time. */
export async function noteDeath(
  services: Needs<'registry' | 'clock'>,
  target: string,
  error: unknown,
): Promise<void> {
  if (!(error instanceof RekeyError) || error.family !== 'TargetUnavailable') return;
  const nowMs = services.clock.nowMs();
  const failures = ((await services.registry.breaker(target))?.failures ?? 0) + 1;
  await services.registry.setBreaker(target, {
    target,
    failures,
    openUntilMs: nowMs + Math.min(LONGEST_PAUSE_MS, FIRST_BREAK_MS * 2 ** Math.min(failures - 1, 10)),
    reason: error.message,
    atMs: nowMs,
  });
}
