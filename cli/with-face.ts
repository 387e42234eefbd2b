import { existsSync } from 'node:fs';
import { pathsIn } from '../local/home.ts';
import { RekeyError } from '../shared/domain/errors.ts';
import type { HealthCheck } from '../shared/domain/health-check.ts';
import type { Context } from './context.ts';
import { stackOf } from './deployment/name.ts';
import { tellDirectFences } from './direct/tell.ts';
import type { Face } from './face.ts';

/** What this machine has to look after itself: nothing where the control plane is elsewhere. */
export async function surroundings(context: Context): Promise<HealthCheck[]> {
  if (context.deployment !== null) return [];
  const { surroundingsOf } = await import('../local/surroundings.ts');
  return surroundingsOf(context.home);
}

/** Reads that this machine's audit could not take, and could not when it was opened either. */
export async function readsWaiting(context: Context): Promise<HealthCheck[]> {
  if (context.deployment !== null) return [];
  const { readsThatWait } = await import('../local/surroundings.ts');
  return readsThatWait(context.home);
}

/** The control plane for the length of a command: the deployment that was named, else this machine's own. Where nothing was ever applied there is nothing to open. */
export async function withFace<T>(
  context: Context,
  use: (face: Face) => Promise<T>,
  make: { readonly create: boolean } = { create: false },
): Promise<T> {
  if (context.deployment !== null) {
    const { openDeployment } = await import('./deployment/face.ts');
    const face = openDeployment(context.deployment);
    await tellDirectFences(context, face, stackOf(context.deployment));
    return use(face);
  }
  if (!make.create && !existsSync(pathsIn(context.home).database)) {
    throw new RekeyError({
      code: 'state-missing',
      family: 'NotFound',
      message: `there is no state in ${context.home}`,
      safe: 'Nothing was changed.',
      next: ['rekey init', 'rekey apply'],
    });
  }
  const { openLocalFace } = await import('./local-face.ts');
  const opened = await openLocalFace(context);
  try {
    return await use(opened.face);
  } finally {
    opened.close();
  }
}
