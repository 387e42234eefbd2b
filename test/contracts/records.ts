import { randomUUID } from 'node:crypto';
import type { AuditEntry } from '../../shared/domain/audit/entry.ts';
import { canonicalJson, sha256Hex } from '../../shared/domain/canonical.ts';
import type { ClassRecord } from '../../shared/domain/class.ts';
import type { ConsumerRecord } from '../../shared/domain/consumer.ts';
import type { Delivery } from '../../shared/domain/delivery.ts';
import type { IncidentRecord, Plan } from '../../shared/domain/incident.ts';
import type { NoticeDelivery } from '../../shared/domain/notice-delivery.ts';
import { openedIncident } from '../../shared/domain/opened-incident.ts';
import type { RotationPlan } from '../../shared/domain/request/plan.ts';
import type { SecretRecord } from '../../shared/domain/secret.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import type { SlackWorkspace } from '../../shared/domain/slack/workspace.ts';
import type { TargetRecord } from '../../shared/domain/target.ts';

/** When everything in the suites happens. */
export const AT_MS = Date.UTC(2026, 10, 24, 3, 0, 0);

const RUN = randomUUID().slice(0, 8);
let names = 0;

/** A name that no other test, file or run has: one shared state can serve them all. */
export function uniqueName(what: string): string {
  names += 1;
  return `${what}-${RUN}-${names}`;
}

/** As versions are named: a store may take nothing else. */
export function uniqueVersionId(): string {
  return randomUUID();
}

export function aClass(name: string): ClassRecord {
  return {
    v: 1,
    name,
    policy: { maxAgeMs: 30 * 86_400_000, breakGlass: { deadlineMs: 900_000 } },
    owner: 'payments-team',
    epoch: 1,
    fences: [],
    incidents: [],
  };
}

export function aTarget(id: string): TargetRecord {
  return {
    v: 1,
    id,
    kind: 'postgres',
    connection: { host: 'db.internal', port: 5432 },
    network: 'local',
    admins: [{ user: 'admin', passwordRef: `vault://admin/${id}` }],
    maxConnections: 8,
  };
}

export function aSecret(ref: SecretRef, className: string, target: string): SecretRecord {
  return {
    v: 1,
    ref,
    className,
    tenant: 'acme',
    target,
    kind: 'postgres',
    account: { role: 'app' },
    owner: 'payments-team',
    consumers: ['checkout'],
    epoch: 1,
    ordinal: 0,
    fencing: 0,
  };
}

export function aConsumer(name: string): ConsumerRecord & { readonly means: 'webhook' } {
  return {
    v: 1,
    name,
    owner: 'checkout-team',
    mustConfirm: true,
    byCallback: false,
    means: 'webhook',
    url: 'https://checkout.internal/rekey',
    signingKeyRef: `vault://webhooks/${name}`,
  };
}

export function aWorkspace(): SlackWorkspace {
  return {
    v: 1,
    name: 'slack',
    team: 'T0REKEY',
    channel: 'C0REKEY',
    signingSecretRef: 'vault://slack/signing-secret',
    botTokenRef: 'vault://slack/bot-token',
  };
}

/** An entry of its own id, unless one is given. */
export function anEntry(about: Partial<AuditEntry> = {}): AuditEntry {
  return {
    v: 1,
    id: uniqueName('entry'),
    atMs: AT_MS,
    action: 'observe',
    outcome: 'success',
    actor: { user: 'responder' },
    source: 'contracts',
    ...about,
  };
}

export function aDelivery(incident: string, about: Partial<Delivery> = {}): Delivery {
  return {
    v: 1,
    id: uniqueName('delivery'),
    incident,
    consumer: 'checkout',
    ref: 'vault://contracts/told',
    versionId: uniqueVersionId(),
    state: 'due',
    mustConfirm: true,
    attempts: 0,
    dueAtMs: AT_MS,
    ...about,
  };
}

export function aNoticeDelivery(about: Partial<NoticeDelivery> = {}): NoticeDelivery {
  const id = uniqueName('notice');
  return {
    v: 1,
    id: `${id}>email`,
    notice: {
      id,
      kind: 'people-needed',
      className: 'payments',
      atMs: AT_MS,
      words: 'Two people sign.',
      next: [],
    },
    to: { by: 'email' },
    state: 'due',
    attempts: 0,
    dueAtMs: AT_MS,
    untilMs: AT_MS + 86_400_000,
    ...about,
  };
}

export function aPlan(className: string, about: Partial<Plan> = {}): Plan {
  return {
    v: 1,
    scope: { className },
    cause: 'unknown',
    fence: true,
    cut: true,
    fromEpoch: 1,
    secrets: [],
    consumers: [],
    exposedAdmins: [],
    ...about,
  };
}

export function aRotationPlan(className: string, about: Partial<RotationPlan> = {}): RotationPlan {
  return {
    v: 1,
    kind: 'rotation',
    scope: { className },
    epoch: 1,
    secrets: [],
    last: [],
    byHand: [],
    targets: [],
    consumers: [],
    graceMs: 0,
    ...about,
  };
}

/** An incident as it is opened from a plan, with the plan's own hash. */
export function anIncident(plan: Plan, about: Partial<IncidentRecord> = {}): IncidentRecord {
  return {
    ...openedIncident({
      id: uniqueName('inc'),
      plan,
      planHash: sha256Hex(canonicalJson(plan)),
      startedBy: 'responder',
      confirmedAtMs: AT_MS,
      deadlineMs: 900_000,
      people: [{ name: 'ada', sshKeys: ['ssh-ed25519 AAAA'] }],
    }),
    ...about,
  };
}
