import type { AuditPolicy } from '../audit/policy.ts';
import type { ClassRecord } from '../class.ts';
import type { ConsumerMeans, ConsumerRecord } from '../consumer.ts';
import type { DetectionPolicy } from '../detect/policy.ts';
import { type PaceRecord, parseRate, QUOTAS, type Quota } from '../pacing/quota.ts';
import type { Person } from '../person.ts';
import type { ApprovalPolicy } from '../request/policy.ts';
import { type SecretRecord, STATIC_KIND } from '../secret.ts';
import type { SlackWorkspace } from '../slack/workspace.ts';
import type { TargetRecord } from '../target.ts';
import { retentionPolicy } from './audit.ts';
import { detectionPolicy } from './detection.ts';
import { parseDuration } from './duration.ts';
import { notifyRules } from './notify.ts';
import { rotationPolicy } from './rotation.ts';
import type { ConfigFile } from './schema.ts';

/** What a file enrols, as records that have never been used. */
export interface Wanted {
  readonly classes: readonly ClassRecord[];
  readonly targets: readonly TargetRecord[];
  readonly secrets: readonly SecretRecord[];
  readonly consumers: readonly ConsumerRecord[];
  readonly people: readonly Person[];
  readonly pacing: readonly PaceRecord[];
  readonly slack: readonly SlackWorkspace[];
  readonly detection: readonly DetectionPolicy[];
  readonly audit: readonly AuditPolicy[];
}

export function toRecords(config: ConfigFile): Wanted {
  return {
    classes: Object.entries(config.classes).map(
      ([name, { owner, maxAge, breakGlass, approval, notify, rotation, reads, audit }]) => ({
        v: 1,
        name,
        owner,
        policy: {
          maxAgeMs: parseDuration(maxAge) ?? 0,
          breakGlass: {
            deadlineMs: parseDuration(breakGlass.deadline) ?? 0,
            ...(breakGlass.startInSlack.length === 0 ? {} : { startInSlack: breakGlass.startInSlack }),
          },
          ...(approval === undefined ? {} : { approval: approvalOf(approval) }),
          ...(notify === undefined ? {} : { notify: notifyRules(notify) }),
          ...(rotation === undefined ? {} : { rotation: rotationPolicy(rotation) }),
          ...(reads === undefined ? {} : { reads }),
          ...(audit === undefined ? {} : { retention: retentionPolicy(audit, config.audit) }),
        },
        epoch: 1,
        fences: [],
        incidents: [],
      }),
    ),
    targets: Object.entries(config.targets).map(
      ([id, { kind, connection, network, admins, maxConnections, passwords }]) => ({
        v: 1,
        id,
        kind,
        connection,
        network,
        admins: admins.map(({ user, password }) => ({ user, passwordRef: password })),
        maxConnections,
        ...(passwords === undefined ? {} : { passwords }),
      }),
    ),
    secrets: config.secrets.map((secret) => ({
      v: 1,
      ref: secret.ref,
      className: secret.class,
      tenant: secret.tenant,
      target: secret.target ?? '',
      kind: config.targets[secret.target ?? '']?.kind ?? STATIC_KIND,
      account: secret.account,
      owner: secret.owner ?? config.classes[secret.class]?.owner ?? 'nobody',
      consumers: secret.consumers,
      ...(secret.decoy === true ? { decoy: true as const } : {}),
      epoch: 1,
      ordinal: 0,
      fencing: 0,
    })),
    consumers: Object.entries(config.consumers).map(
      ([name, consumer]): ConsumerRecord => ({
        v: 1,
        name,
        owner: consumer.owner,
        mustConfirm: consumer.confirm !== false,
        byCallback: consumer.confirm === 'callback',
        ...(consumer.confirm === 'observed' ? { byObservation: true as const } : {}),
        ...meansOf(consumer),
      }),
    ),
    people: Object.entries(config.people).map(([name, { user, sshKeys, iam, slack, groups, team }]) => ({
      name,
      sshKeys,
      ...(user === undefined ? {} : { user }),
      ...(iam.length === 0 ? {} : { iam }),
      ...(slack === undefined ? {} : { slack }),
      ...(groups.length === 0 ? {} : { groups }),
      ...(team === undefined ? {} : { team }),
    })),
    pacing: (Object.keys(QUOTAS) as Quota[]).flatMap((name): PaceRecord[] => {
      const perSecond = parseRate(config.pacing[name] ?? '');
      return perSecond === null ? [] : [{ v: 1, name, perSecond }];
    }),
    slack: config.slack === undefined ? [] : [workspaceOf(config.slack)],
    detection: config.detection === undefined ? [] : [detectionPolicy(config.detection)],
    audit: auditRecords(config),
  };
}

function workspaceOf({
  team,
  channel,
  signingSecret,
  botToken,
}: NonNullable<ConfigFile['slack']>): SlackWorkspace {
  return { v: 1, name: 'slack', team, channel, signingSecretRef: signingSecret, botTokenRef: botToken };
}

type WrittenApproval = NonNullable<ConfigFile['classes'][string]['approval']>;

function approvalOf({
  approvers,
  groups,
  requestersTeam,
  lifetime,
  quietHours,
}: WrittenApproval): ApprovalPolicy {
  return {
    approvers,
    groups,
    requestersTeam,
    lifetimeMs: parseDuration(lifetime) ?? 0,
    ...(quietHours === undefined
      ? {}
      : {
          quietHours: {
            fromMinute: minuteOf(quietHours.from),
            untilMinute: minuteOf(quietHours.until),
            timeZone: quietHours.timeZone,
          },
        }),
  };
}

/** `22:30` as minutes since midnight. */
function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

/** The one that it has: a file with none, or two, has not got here. */
function meansOf({ webhook, exec, sns, file }: ConfigFile['consumers'][string]): ConsumerMeans {
  if (webhook !== undefined) {
    return { means: 'webhook', url: webhook.url, signingKeyRef: webhook.signingKey };
  }
  if (exec !== undefined) {
    return { means: 'exec', command: exec.command, timeoutMs: parseDuration(exec.timeout) ?? 0 };
  }
  if (sns !== undefined) return { means: 'sns', topicArn: sns.topic };
  if (file === undefined) throw new Error('a consumer without means was let through');
  return {
    means: 'file',
    path: file.path,
    mode: Number.parseInt(file.mode, 8),
    worldReadable: file.worldReadable === true,
    ...(file.owner === undefined ? {} : { fileOwner: file.owner }),
    ...(file.signal === undefined ? {} : { signal: file.signal }),
  };
}

/** None where nothing of it is asked for. */
function auditRecords({ audit, classes }: ConfigFile): AuditPolicy[] {
  const readers = Object.fromEntries(
    Object.entries(classes).flatMap(([name, one]) =>
      one.audit?.readers === undefined ? [] : [[name, one.audit.readers] as const],
    ),
  );
  const closes = Object.keys(readers).length > 0;
  if (!audit.pseudonyms && !closes) return [];
  return [{ v: 1, name: 'audit', pseudonyms: audit.pseudonyms, ...(closes ? { readers } : {}) }];
}
