import { type LoneAct, mayActAlone } from '../domain/detect/alone.ts';
import type { Finding } from '../domain/detect/finding.ts';
import type { DetectionPolicy } from '../domain/detect/policy.ts';
import { given } from '../domain/given.ts';
import { type AskedRotation, isAwaited } from '../domain/schedule/asked.ts';
import { neverBegun } from '../domain/schedule/survey.ts';
import type { SecretRef } from '../domain/secret-ref.ts';
import type { Needs } from './services.ts';

/**
 * Leaves: the secret of the finding due now, for its class's own routine to rotate, if policy lets the rule. Once a case; nothing
 * where it is awaited already, where no rotation of its class begins by itself, or where an incident has the class.
 */
export async function rotateAlone(
  services: Needs<'registry' | 'cases' | 'clock'>,
  policy: DetectionPolicy,
  finding: Finding,
  acting: { readonly by: string; readonly done: readonly LoneAct[] },
): Promise<void> {
  const { registry, cases, clock } = services;
  const nowMs = clock.nowMs();
  const decision = mayActAlone(finding, policy, acting.done, nowMs);
  if (!decision.may) return;
  const [secret] = await registry.secrets([decision.to as SecretRef]);
  if (secret === undefined) return;
  const record = await registry.classNamed(secret.className);
  if (record === null || neverBegun(secret, record) !== null || record.incidents.length > 0) return;
  const { principal } = finding;
  const open = await cases.openOf(principal === undefined ? { ref: secret.ref } : { principal });
  const before = (await registry.askedRotations()).find(({ ref }) => ref === secret.ref);
  if (before !== undefined && (isAwaited(secret, before) || isOfCase(before, open?.id))) return;
  const asked: AskedRotation = {
    v: 1,
    ref: secret.ref,
    by: acting.by,
    ...given('caseId', open?.id),
    atMs: nowMs,
  };
  await registry.askRotation(asked, [
    {
      v: 1,
      id: `rotate-alone:${finding.id}:${nowMs}`,
      atMs: nowMs,
      action: 'request',
      outcome: 'success',
      actor: { user: acting.by },
      source: 'rekey',
      ref: secret.ref,
      className: secret.className,
      tenant: secret.tenant,
      target: secret.target,
      reason: finding.seen.slice(0, 500),
      ...given('caseId', open?.id),
    },
  ]);
}

function isOfCase({ caseId }: AskedRotation, open: string | undefined): boolean {
  return caseId !== undefined && caseId === open;
}
