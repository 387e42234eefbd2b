import type { RetentionPolicy } from './audit/retention.ts';
import type { Brake } from './brake.ts';
import type { NotifyRule } from './notify.ts';
import type { ApprovalPolicy } from './request/policy.ts';
import type { RotationPolicy } from './schedule/rotation-policy.ts';

/** Secrets rotated, approved and revoked under one policy, with one key per epoch. */
export interface ClassPolicy {
  /** Oldest a credential may become. */
  readonly maxAgeMs: number;
  readonly breakGlass: {
    /** How long the sweeps go on before what is left is reported `revoked-unproven`. Default 15 minutes. */
    readonly deadlineMs: number;
    /** Groups whose people may start one from Slack. Default none: Slack proposes. */
    readonly startInSlack?: readonly string[];
  };
  /** Of rotations on request. Default: `DEFAULT_APPROVAL`. */
  readonly approval?: ApprovalPolicy;
  /** Who is told of what. Absent: everybody who reads the deployment's e-mails, of everything. */
  readonly notify?: readonly NotifyRule[];
  /** Absent: nothing of the class rotates by itself. */
  readonly rotation?: RotationPolicy;
  /** Absent: a read whose entry the audit cannot take is refused. */
  readonly reads?: ReadPolicy;
  /** Of its audit, where an archive keeps it. Absent: as long as everything. */
  readonly retention?: RetentionPolicy;
}

/** `serve`: goes on once the entry is durable elsewhere. What a fence or a quarantine refuses stays refused. */
export interface ReadPolicy {
  readonly withoutAudit: 'refuse' | 'serve';
}

/** Reads of the scope are refused while it stands. */
export interface Fence {
  readonly incident: string;
  readonly scope: Scope;
  readonly atMs: number;
}

/** What a break-glass covers: a class, or within it one tenant, target or secret. */
export interface Scope {
  readonly className: string;
  readonly tenant?: string;
  readonly target?: string;
  readonly secretRef?: string;
}

export interface ClassRecord {
  readonly v: 1;
  readonly name: string;
  readonly policy: ClassPolicy;
  readonly owner: string;
  /** The generation. Break-glass starts the next by one conditional write. */
  readonly epoch: number;
  /** Standing fences; a read inside any of them is refused. */
  readonly fences: readonly Fence[];
  /** Open incidents, oldest first. While there is one, routine rotation of the class is frozen. */
  readonly incidents: readonly string[];
  /** Where its re-issue is slowed or stopped. */
  readonly brake?: Brake;
}

export function isInScope(
  scope: Scope,
  secret: {
    readonly className: string;
    readonly tenant: string;
    readonly target: string;
    readonly ref: string;
  },
): boolean {
  return (
    scope.className === secret.className &&
    (scope.tenant === undefined || scope.tenant === secret.tenant) &&
    (scope.target === undefined || scope.target === secret.target) &&
    (scope.secretRef === undefined || scope.secretRef === secret.ref)
  );
}

/** The class with an incident opened in it: one epoch on, fenced where the plan has a fence. */
export function withIncident(
  record: ClassRecord,
  incident: {
    readonly id: string;
    readonly epoch: number;
    readonly confirmedAtMs: number;
    readonly plan: { readonly scope: Scope; readonly fence: boolean };
  },
): ClassRecord {
  const { id, epoch, confirmedAtMs, plan } = incident;
  return {
    ...record,
    epoch,
    incidents: [...record.incidents, id],
    fences: plan.fence
      ? [...record.fences, { incident: id, scope: plan.scope, atMs: confirmedAtMs }]
      : record.fences,
  };
}

/** `lift`: the incident's own fence falls; `end`: the class is free of it. */
export function withoutIncident(
  record: ClassRecord,
  incident: string,
  effects: { readonly lift?: boolean; readonly end?: boolean },
): ClassRecord {
  return {
    ...record,
    fences:
      effects.lift === true ? record.fences.filter((fence) => fence.incident !== incident) : record.fences,
    incidents: effects.end === true ? record.incidents.filter((id) => id !== incident) : record.incidents,
  };
}

/** Null: released. */
export function withBrake(record: ClassRecord, brake: Brake | null): ClassRecord {
  const { brake: _before, ...rest } = record;
  return brake === null ? rest : { ...rest, brake };
}
