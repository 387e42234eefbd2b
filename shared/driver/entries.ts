import type { AuditAction, AuditEntry, AuditOutcome } from '../domain/audit/entry.ts';
import { issuedOf, type Rotating } from '../domain/rotating.ts';

/** Who acts in an operation: the person who started it, through Rekey's own worker. */
export interface Acting {
  readonly user: string;
  readonly operation: string;
  readonly source: string;
}

/** An entry of one secret's step; `place` makes its id unique within the claim, so that a repeated commit is one entry. */
export function stepEntry(
  acting: Acting,
  { secret, versions }: Rotating,
  step: {
    readonly action: AuditAction;
    readonly outcome: AuditOutcome;
    readonly atMs: number;
    readonly token: number;
    readonly place: number;
    readonly versionId?: string;
    readonly reason?: string;
  },
): AuditEntry {
  const version =
    step.versionId === undefined
      ? issuedOf({ secret, versions })
      : versions.find((candidate) => candidate.id === step.versionId);
  return {
    v: 1,
    id: `${acting.operation}:${secret.ref}:${step.token}.${step.place}`,
    atMs: step.atMs,
    action: step.action,
    outcome: step.outcome,
    actor: { user: acting.user, workflowId: acting.operation },
    source: acting.source,
    ref: secret.ref,
    className: secret.className,
    tenant: secret.tenant,
    target: secret.target,
    operation: acting.operation,
    ordinal: step.token * 1_000 + step.place,
    ...(version === undefined ? {} : { versionId: version.id, epoch: version.epoch, fate: version.fate }),
    ...(step.reason === undefined ? {} : { reason: step.reason }),
  };
}
