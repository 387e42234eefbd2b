import { classUnknown } from '../domain/class-unknown.ts';
import { RekeyError } from '../domain/errors.ts';
import { freezeRotation, type RotationPlan, type RotationScope } from '../domain/request/plan.ts';
import { rotationWorld } from './rotation-world.ts';
import type { Needs } from './services.ts';

/** Freezes exactly what a rotation on request would do. Changes nothing. */
export async function planRotation(
  services: Needs<'registry' | 'rotators'>,
  asked: { readonly scope: RotationScope; readonly notBeforeMs?: number },
): Promise<RotationPlan> {
  const { className } = asked.scope;
  const world = await rotationWorld(services, className);
  if (world === null) throw classUnknown(className);
  const [incident] = world.record.incidents;
  if (incident !== undefined) {
    throw new RekeyError({
      code: 'class-in-incident',
      family: 'Conflict',
      message: `${incident} is open in class ${className}: it re-issues what it covers, and nothing else is rotated meanwhile`,
      safe: 'Nothing was changed.',
      next: [`rekey watch ${incident}`],
    });
  }
  const plan = freezeRotation(asked, world);
  const gone = plan.secrets.find(({ target }) => !plan.targets.some(({ id }) => id === target));
  if (gone !== undefined) {
    throw new RekeyError({
      code: 'target-missing',
      family: 'Conflict',
      message: `${gone.ref} is accepted by ${gone.target}, which is no target any more`,
      safe: 'Nothing was changed.',
      next: ['rekey apply'],
    });
  }
  if (plan.secrets.length > 0) return plan;
  const [first] = plan.byHand;
  throw new RekeyError({
    code: 'nothing-to-rotate',
    family: 'Validation',
    message:
      first === undefined
        ? 'there is no secret in that scope'
        : 'no rotator knows what is in that scope: people replace it at its issuer, then here',
    safe: 'Nothing was changed.',
    next: first === undefined ? ['rekey status'] : [`rekey secret put ${first}`],
  });
}
