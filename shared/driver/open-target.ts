import { LONGEST_PAUSE_MS } from '../domain/clock-set.ts';
import { RekeyError } from '../domain/errors.ts';
import type { SecretRecord } from '../domain/secret.ts';
import type { SecretRef } from '../domain/secret-ref.ts';
import type { TargetRecord } from '../domain/target.ts';
import type { VersionName } from '../ports/store.ts';
import type { TargetSession } from '../rotators/rotator.ts';
import type { Needs } from './services.ts';

const FIRST_BREAK_MS = 1_000;
/** An API that asks for more is asked again all the same: nobody is to wait for it until tomorrow. */
const LONGEST_REST_MS = 300_000;

/** The admin of a target that is used: the one of this credential, else the first. Throws `target-not-operable`. */
export function adminOf(target: TargetRecord, through: string | undefined): TargetRecord['admins'][number] {
  const admin =
    through === undefined
      ? target.admins[0]
      : target.admins.find(({ passwordRef }) => passwordRef === through);
  if (admin === undefined) throw notOperable(target);
  return admin;
}

function notOperable(target: TargetRecord): RekeyError {
  return new RekeyError({
    code: 'target-not-operable',
    family: 'Unrecoverable',
    message: `target ${target.id} of kind ${target.kind} has no rotator or no admin credential`,
    next: ['rekey doctor'],
  });
}

/**
 * A session at a target as its admin, by reference. `through`: the credential of the admin to use where it is not the
 * first, because that one is exposed. An admin whose own rotation stopped between install and promote gets in with the
 * version that is there already; one whose class is fenced, and who has not been re-issued yet, with the value under the
 * closed key. A target found dead opens its breaker.
 */
export async function openTarget(
  services: Needs<'registry' | 'store' | 'rotators' | 'clock'>,
  target: TargetRecord,
  use: { readonly writer: string; readonly through: string | undefined; readonly signal: AbortSignal },
): Promise<TargetSession> {
  const rotator = services.rotators[target.kind];
  const { user, passwordRef } = adminOf(target, use.through);
  if (rotator === undefined) throw notOperable(target);
  const ref = passwordRef as SecretRef;
  const [secret] = await services.registry.secrets([ref]);
  if (secret?.currentVersionId === undefined) {
    throw new RekeyError({
      code: 'admin-value-missing',
      family: 'NotFound',
      message: `the admin credential ${ref} of target ${target.id} has no value`,
      safe: 'Nothing was changed at the target.',
      next: [`rekey secret put ${ref}`],
    });
  }
  const openWith = async (versionId: string) => {
    const password = await passwordOf(services, { ref, versionId });
    return rotator.open({ target, admin: { user, password }, writer: use.writer, signal: use.signal });
  };
  try {
    return await openWith(secret.currentVersionId).catch((error: unknown) => {
      const installed = perhapsInstalled(secret);
      const refused = error instanceof RekeyError && error.code === 'admin-refused';
      if (!refused || installed === undefined) throw error;
      return openWith(installed);
    });
  } catch (error) {
    await noteDeath(services, target.id, error);
    throw error;
  }
}

/**
 * Who writes new values cannot read under a key that was closed. Without the admin's nothing of the target could be cut,
 * re-issued or proven, that credential least of all: it is read as who proves, who may, and for this alone.
 */
async function passwordOf({ store }: Needs<'store'>, name: VersionName): Promise<string> {
  const [password = ''] = await store.read([name], 'worker').catch((error: unknown) => {
    if (!(error instanceof RekeyError) || error.code !== 'key-closed') throw error;
    return store.read([name], 'prover');
  });
  return password;
}

/** The version of a rotation under way that the target may have already, and readers have not. */
function perhapsInstalled({ rotation, currentVersionId }: SecretRecord): string | undefined {
  if (rotation === undefined || rotation.stage === 'claimed' || rotation.stage === 'intended')
    return undefined;
  return rotation.versionId === currentVersionId ? undefined : rotation.versionId;
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

/** After a batch that the target answered: its breaker is closed, or open for as long as it asks to be left alone. */
export async function noteAnswer(
  { registry, clock }: Needs<'registry' | 'clock'>,
  target: string,
  restMs: number,
): Promise<void> {
  const nowMs = clock.nowMs();
  const openUntilMs = nowMs + Math.min(LONGEST_REST_MS, restMs);
  const reason = `${target} asks to be left alone for ${Math.ceil(restMs / 1_000)} s`;
  await registry.setBreaker(
    target,
    restMs > 0 ? { target, failures: 0, openUntilMs, reason, atMs: nowMs } : null,
  );
}
