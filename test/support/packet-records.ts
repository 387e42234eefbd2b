import type { AuditEntry } from '../../shared/domain/audit/entry.ts';
import type { ConsumerRecord } from '../../shared/domain/consumer.ts';
import type { Delivery } from '../../shared/domain/delivery.ts';
import type { IncidentRecord, Plan } from '../../shared/domain/incident.ts';
import { buildPacket, type Packet } from '../../shared/domain/packet/packet.ts';
import type { Parked, SecretRecord } from '../../shared/domain/secret.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import type { VersionRecord } from '../../shared/domain/version.ts';

/** When the plan was confirmed. */
export const CONFIRMED = Date.UTC(2026, 10, 24, 3);
export const LEAKED = CONFIRMED - 7_200_000;

export type Known = Parameters<typeof buildPacket>[0];

/** One secret as it stands, with its two versions: the old one and the one that the incident issued. */
export interface Story {
  readonly secret: SecretRecord;
  readonly versions: readonly VersionRecord[];
}

interface Told {
  readonly target?: string;
  readonly owner?: string;
}

function secretOf(ref: SecretRef, { target = 'db1', owner = 'payments-team' }: Told): SecretRecord {
  return {
    v: 1,
    ref,
    className: 'payments',
    tenant: 'acme',
    target,
    kind: 'postgres',
    account: { role: 'app' },
    owner,
    consumers: ['checkout'],
    epoch: 2,
    ordinal: 2,
    fencing: 1,
    currentVersionId: `${ref}#2`,
  };
}

function versionOf(ref: SecretRef, ordinal: number, more: Partial<VersionRecord>): VersionRecord {
  return {
    v: 1,
    ref,
    id: `${ref}#${ordinal}`,
    ordinal,
    epoch: ordinal,
    keyId: `payments-${ordinal}`,
    fate: 'live',
    operation: ordinal === 1 ? 'import' : 'inc-1',
    valueHeld: true,
    createdAtMs: ordinal === 1 ? LEAKED - 60_000 : CONFIRMED + 900,
    promotedAtMs: ordinal === 1 ? LEAKED - 60_000 : CONFIRMED + 1_200,
    ...more,
  };
}

const EVIDENCE = 'refused (28P01), the new one accepted, no session from before';

/** Re-issued, the old one seen to be refused. */
export function proven(ref: SecretRef, told: Told = {}): Story {
  return {
    secret: secretOf(ref, told),
    versions: [
      versionOf(ref, 1, { fate: 'revoked-proven', proven: { atMs: CONFIRMED + 1_400, evidence: EVIDENCE } }),
      versionOf(ref, 2, {}),
    ],
  };
}

function rotation(ref: SecretRef, stage: 'pending' | 'revoked' | 'proven', parked?: Parked) {
  return {
    operation: 'inc-1',
    mode: 'emergency' as const,
    overlap: false,
    minted: false,
    epoch: 2,
    stage,
    versionId: `${ref}#2`,
    startedAtMs: CONFIRMED,
    attempts: 3,
    dueAtMs: CONFIRMED,
    ...(parked === undefined ? {} : { parked }),
  };
}

/** Set aside before anything was installed: the old credential is as alive as before. */
export function parked(
  ref: SecretRef,
  why: { readonly code: string; readonly message: string; readonly sweepable: boolean },
  told: Told = {},
): Story {
  const { promotedAtMs: _never, ...issued } = versionOf(ref, 2, { fate: 'pending' });
  return {
    secret: {
      ...secretOf(ref, told),
      epoch: 1,
      currentVersionId: `${ref}#1`,
      rotation: rotation(ref, 'pending', { ...why, atMs: CONFIRMED + 5_000 }),
    },
    versions: [versionOf(ref, 1, {}), issued],
  };
}

/** Readers have the new one; what became of the old one cannot be seen. */
export function unprovable(
  ref: SecretRef,
  why: { readonly code: string; readonly message: string; readonly sweepable: boolean },
  told: Told = {},
): Story {
  return {
    secret: {
      ...secretOf(ref, told),
      rotation: rotation(ref, 'revoked', { ...why, atMs: CONFIRMED + 5_000 }),
    },
    versions: [
      versionOf(ref, 1, { fate: 'revoked-unproven', reason: `${why.code}: ${why.message}` }),
      versionOf(ref, 2, {}),
    ],
  };
}

/** The account is gone, and the old credential with it; a new one could not be installed. */
export function withoutAccount(ref: SecretRef, told: Told = {}): Story {
  const message = 'there is no role app';
  const { promotedAtMs: _never, ...issued } = versionOf(ref, 2, {
    fate: 'failed',
    reason: `account-missing: ${message}`,
  });
  return {
    secret: {
      ...secretOf(ref, told),
      epoch: 1,
      currentVersionId: `${ref}#1`,
      rotation: rotation(ref, 'proven', {
        code: 'account-missing',
        message,
        sweepable: false,
        atMs: CONFIRMED + 5_000,
      }),
    },
    versions: [
      versionOf(ref, 1, {
        fate: 'revoked-proven',
        proven: {
          atMs: CONFIRMED + 1_500,
          evidence: 'the account is gone: no role app, no role with oid 16',
        },
      }),
      issued,
    ],
  };
}

/** Of no target: replaced by people at its issuer, or not yet. */
export function byHand(ref: SecretRef, replaced: boolean): Story {
  const secret = { ...secretOf(ref, { target: '' }), kind: 'static', account: {} };
  return replaced
    ? {
        secret,
        versions: [
          versionOf(ref, 1, { fate: 'revoked-unproven', reason: 'replaced by hand' }),
          versionOf(ref, 2, {}),
        ],
      }
    : {
        secret: { ...secret, epoch: 1, ordinal: 1, currentVersionId: `${ref}#1` },
        versions: [versionOf(ref, 1, {})],
      };
}

export function aDelivery(ref: SecretRef, more: Partial<Delivery> = {}): Delivery {
  return {
    v: 1,
    id: `${ref}#2/${more.consumer ?? 'checkout'}`,
    incident: 'inc-1',
    consumer: 'checkout',
    ref,
    versionId: `${ref}#2`,
    state: 'confirmed',
    mustConfirm: true,
    attempts: 1,
    dueAtMs: CONFIRMED,
    toldAtMs: CONFIRMED + 1_250,
    confirmedAtMs: CONFIRMED + 1_250,
    ...more,
  };
}

function aConsumer(name = 'checkout'): ConsumerRecord {
  return {
    v: 1,
    name,
    owner: `${name}-team`,
    mustConfirm: true,
    byCallback: false,
    means: 'webhook',
    url: 'https://checkout.internal/rekey',
    signingKeyRef: 'vault://webhooks/checkout',
  };
}

export function aRead(
  ref: SecretRef,
  more: Partial<AuditEntry> & { readonly user?: string; readonly agent?: string } = {},
): AuditEntry {
  const { user = 'checkout-service', agent, ...entry } = more;
  return {
    v: 1,
    id: `read-${ref}`,
    atMs: LEAKED + 60_000,
    action: 'read',
    outcome: 'success',
    actor: { user, ...(agent === undefined ? {} : { agent }) },
    source: '10.0.0.7',
    ref,
    versionId: `${ref}#1`,
    ...entry,
  };
}

/** An incident over these secrets that re-issued and proved, unless told otherwise. */
export function anIncident(
  stories: readonly Story[],
  plan: Partial<Plan> = {},
  more: Partial<IncidentRecord> = {},
): IncidentRecord {
  return {
    v: 1,
    id: 'inc-1',
    revision: 9,
    state: 'sealed',
    plan: {
      v: 1,
      scope: { className: 'payments' },
      cause: 'values-leaked',
      fence: false,
      cut: false,
      fromEpoch: 1,
      sinceMs: LEAKED,
      secrets: stories.map(({ secret }) => ({ ref: secret.ref, target: secret.target })),
      consumers: ['checkout'],
      exposedAdmins: [],
      ...plan,
    },
    planHash: 'ab'.repeat(32),
    epoch: 2,
    startedBy: 'responder',
    confirmedAtMs: CONFIRMED,
    deadlineAtMs: CONFIRMED + 900_000,
    people: [
      { name: 'ada', sshKeys: [] },
      { name: 'grace', user: 'ghopper', sshKeys: [] },
    ],
    layers: [],
    signatures: [],
    packets: 1,
    ...more,
  };
}

export function known(
  stories: readonly Story[],
  incident: IncidentRecord = anIncident(stories),
  more: Partial<Known> = {},
): Known {
  return {
    incident,
    secrets: stories.map(({ secret }) => secret),
    versions: stories.flatMap(({ versions }) => versions),
    reads: [],
    deliveries: [],
    consumers: [aConsumer()],
    head: { chain: 'local', seq: 42, hash: 'cd'.repeat(32) },
    writtenAtMs: CONFIRMED + 60_000,
    ...more,
  };
}

export function aPacket(...what: Parameters<typeof known>): Packet {
  return buildPacket(known(...what));
}
