import type { RotationWorld } from '../domain/request/plan.ts';
import { routinePolicyOf } from '../domain/routine-policy.ts';
import type { SecretRecord } from '../domain/secret.ts';
import type { Needs } from './services.ts';

/** What a plan for the class is made from, as it stands now. Null: there is no such class. */
export async function rotationWorld(
  { registry, rotators }: Needs<'registry' | 'rotators'>,
  className: string,
): Promise<RotationWorld | null> {
  const [record, secrets, targets, consumers] = await Promise.all([
    registry.classNamed(className),
    registry.secretsIn({ className }),
    registry.targets(),
    registry.consumers(),
  ]);
  if (record === null) return null;
  const connections = new Map(targets.map(({ id, connection }) => [id, connection]));
  const gapOf = ({ kind, account, target }: SecretRecord) => {
    const rotator = rotators[kind];
    return rotator?.strategy(account, connections.get(target)) === 'replace' ? rotator.gap : null;
  };
  const { graceMs } = routinePolicyOf(record.policy);
  return { record, secrets, targets, consumers, gapOf, graceMs };
}
